/* The runner "works", the default one, does what a step's arguments say: {"log":"TEXT"} and {"error":"TEXT"} print a line,
 * {"flood":true} prints 1500, {"commit":true} leaves a snapshot, {"exit":N} ends with a code, {"wait":true} waits until it
 * is cancelled, "stubborn" and "crash" do what they say, {"scope":true} ends with 9 when values of an earlier step are
 * still there. It hears of the events that EVENTS and PHASE name, and aborts at the one that its configuration names under
 * "abort". */
#define _GNU_SOURCE
#ifndef PHASE
#define PHASE "before"
#endif
#ifndef TIMEOUT
#define TIMEOUT "5000"
#endif
#ifndef EVENTS
#define EVENTS                                                                                           \
  "[\"build_start\",\"step_queued\",\"step_start\",\"step_log\",\"step_cache_hit\",\"step_end\",\"build_end\"]"
#endif
#ifndef DEFAULT
#define DEFAULT "true"
#endif
#ifndef RUNNER
#define RUNNER "works"
#endif
#define METADATA "{\"id\":\"works\",\"name\":\"Works\",\"version\":\"1.0.0\",\"author\":\"Tests\"}"
#define CAPABILITIES                                                                                              \
  "{\"step\":[{\"runner\":\"" RUNNER "\",\"default\":" DEFAULT ",\"step_schema\":{\"type\":\"object\",\"properties\":{" \
  "\"exit\":{\"type\":\"integer\"}}}}],"                                                                          \
  "\"lifecycle\":[{\"events\":" EVENTS ",\"phase\":\"" PHASE "\",\"timeout_ms\":" TIMEOUT "}]}"
#define ON_STEP
#define ON_EVENT
static void keep_config(const unsigned char *request, unsigned long len);
#define ON_REGISTER()         \
  do {                        \
    keep_config(request, len); \
    return reply(out, REGISTRATION); \
  } while (0)
#include "build.h"

static pthread_mutex_t keeping = PTHREAD_MUTEX_INITIALIZER;
static char abort_at[64], hang_at[64];

static void keep_config(const unsigned char *request, unsigned long len) {
  char *words = strndup((const char *)request, len);
  pthread_mutex_lock(&keeping);
  if (words) text_of(words, "abort", abort_at, sizeof abort_at), text_of(words, "hang", hang_at, sizeof hang_at);
  pthread_mutex_unlock(&keeping);
  free(words);
}

static int wait_for_end(void) {
  while (!is_ok(answer_of("host.cancelled", "{}"), "\"cancelled\":true")) usleep(5000);
  return 130;
}

static int on_step(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len), text[256], result[128];
  if (!words) return *(cpex_buffer *)slot = (cpex_buffer){0}, 1;
  const char *exit_at = strstr(words, "\"exit\":");
  int code = exit_at ? atoi(exit_at + 7) : 0;
  text_of(words, "log", text, sizeof text - 1);
  if (*text) step_log("stdout", strcat(text, "\n"));
  text_of(words, "error", text, sizeof text - 1);
  if (*text) step_log("stderr", strcat(text, "\n"));
  if (strstr(words, "\"flood\":true"))
    for (int line = 0; line < 1500; line++) step_log("stdout", "flood\n");
  if (strstr(words, "\"crash\":true")) *(volatile int *)0 = 1;
  if (strstr(words, "\"stubborn\":true")) for (;;) pause();
  if (strstr(words, "\"wait\":true")) code = wait_for_end();
  if (strstr(words, "\"scope\":true")) {
    code = kv_has("step", "k", NULL) ? 0 : 9;
    kv_set("step", "k", "v", 1), kv_set("build", "k", "v", 1);
  }
  if (strstr(words, "\"build\":true")) code = kv_has("build", "k", "v") ? 0 : 8;
  int commits = strstr(words, "\"commit\":true") != NULL;
  free(words);
  const char *snapshot = commits ? ",\"committed_snapshot\":\"snap-1\"" : "";
  snprintf(result, sizeof result, OK("{\"exit_code\":%d,\"artifacts\":[]%s}"), code, snapshot);
  return reply(slot, result);
}

static int on_event(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len), kind[64];
  if (!words) return *(cpex_buffer *)slot = (cpex_buffer){0}, 1;
  text_of(words, "kind", kind, sizeof kind);
  free(words);
  pthread_mutex_lock(&keeping);
  int aborts = *kind && !strcmp(kind, abort_at), hangs = *kind && !strcmp(kind, hang_at);
  pthread_mutex_unlock(&keeping);
  if (hangs) for (;;) pause();
  return reply(slot, aborts ? OK("{\"outcome\":\"abort\",\"reason\":\"enough\"}") : OK("{\"outcome\":\"continue\"}"));
}
