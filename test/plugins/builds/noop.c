/* The runner "noop": stores the whole request under "seen:KEY", logs, and ends well. */
#define _GNU_SOURCE
#define METADATA "{\"id\":\"noop\",\"name\":\"Noop\",\"version\":\"1.0.0\",\"author\":\"Tests\"}"
#define CAPABILITIES "{\"step\":[{\"runner\":\"noop\",\"default\":true}]}"
#define ON_STEP
#include "build.h"

static int on_step(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len), key[128], stored[160];
  if (!words) return *(cpex_buffer *)slot = (cpex_buffer){0}, 1;
  text_of(words, "key", key, sizeof key);
  snprintf(stored, sizeof stored, "seen:%s", key);
  free(words);
  if (!kv_set("plugin", stored, request, len)) return reply(slot, ERROR("kv_failed", "the request was not stored"));
  ask_host("host.log", "{\"level\":\"info\",\"message\":\"noop\"}");
  step_log("stdout", "nothing to do\n");
  return reply(slot, OK("{\"exit_code\":0,\"artifacts\":[]}"));
}
