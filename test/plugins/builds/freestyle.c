/* The runner "freestyle", which is not the default: stores the key of the step under "freestyle_called_with". */
#define _GNU_SOURCE
#define METADATA "{\"id\":\"freestyle\",\"name\":\"Freestyle\",\"version\":\"1.0.0\",\"author\":\"Tests\"}"
#define CAPABILITIES "{\"step\":[{\"runner\":\"freestyle\",\"default\":false}]}"
#define ON_STEP
#include "build.h"

static int on_step(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len), key[128];
  if (!words) return *(cpex_buffer *)slot = (cpex_buffer){0}, 1;
  text_of(words, "key", key, sizeof key);
  free(words);
  if (!kv_set("plugin", "freestyle_called_with", key, strlen(key)))
    return reply(slot, ERROR("kv_failed", "the key was not stored"));
  return reply(slot, OK("{\"exit_code\":0,\"artifacts\":[{\"key\":\"out.bin\",\"mime\":\"application/octet-stream\",\"size_bytes\":12}]}"));
}
