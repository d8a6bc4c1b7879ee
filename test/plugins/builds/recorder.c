/* Hears of all seven events after them, and counts each under "hook:KIND". A host tells one event after the other. */
#define _GNU_SOURCE
#define METADATA "{\"id\":\"recorder\",\"name\":\"Recorder\",\"version\":\"1.0.0\",\"author\":\"Tests\"}"
#define CAPABILITIES                                                                                             \
  "{\"lifecycle\":[{\"events\":[\"build_start\",\"step_queued\",\"step_start\",\"step_log\",\"step_cache_hit\"," \
  "\"step_end\",\"build_end\"],\"phase\":\"after\",\"timeout_ms\":5000}]}"
#define ON_EVENT
#include "build.h"

static int on_event(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len), kind[64], key[96], count[32];
  if (!words) return *(cpex_buffer *)slot = (cpex_buffer){0}, 1;
  text_of(words, "kind", kind, sizeof kind);
  free(words);
  snprintf(key, sizeof key, "hook:%s", kind);
  snprintf(count, sizeof count, "%ld", kv_count(key) + 1);
  int ok = kv_set("plugin", key, count, strlen(count));
  return reply(slot, ok ? OK("{\"outcome\":\"continue\"}") : ERROR("kv_failed", "the count was not stored"));
}
