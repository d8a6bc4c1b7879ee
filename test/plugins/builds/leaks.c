/* Tells its configuration to everybody: refuses to register with it under "refuse", else repeats it in the errors of
 * steps, in logs and in what it prints. */
#define _GNU_SOURCE
#define METADATA "{\"id\":\"leaks\",\"name\":\"Leaks\",\"version\":\"1.0.0\",\"author\":\"Tests\"}"
#define CAPABILITIES "{\"step\":[{\"runner\":\"leaks\",\"default\":true}]}"
#define ON_STEP
static int on_register(const unsigned char *request, unsigned long len, void *slot);
#define ON_REGISTER() return on_register(request, len, out)
#include "build.h"

static char secret[64];

static int fails(void *slot, const char *message) {
  char body[256];
  snprintf(body, sizeof body, ERROR("leaky", "%s %s"), message, secret);
  return reply(slot, body);
}

static int on_register(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len), refused[8];
  if (!words) return *(cpex_buffer *)slot = (cpex_buffer){0}, 1;
  text_of(words, "api_key", secret, sizeof secret), text_of(words, "refuse", refused, sizeof refused);
  free(words);
  return *refused ? fails(slot, "no such key:") : reply(slot, REGISTRATION);
}

static int on_step(const unsigned char *request, unsigned long len, void *slot) {
  char line[256];
  (void)request, (void)len;
  snprintf(line, sizeof line, "{\"level\":\"info\",\"message\":\"key %s\"}", secret);
  free(answer_of("host.log", line));
  snprintf(line, sizeof line, "my key is %s\n", secret);
  step_log("stdout", line);
  fprintf(stderr, "%s", line);
  return fails(slot, "the key was");
}
