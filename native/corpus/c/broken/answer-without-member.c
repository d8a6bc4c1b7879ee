/* Takes for granted that its host's answer has the member that it looks for. */
static int look_up(void);
#define ON_HOOK() return look_up() ? 1 : reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"

static int look_up(void) {
  static const char request[] = "{\"scope\":\"plugin\",\"key\":\"k\"}";
  cpex_buffer answer = {0};
  if (host->call(host->host_ctx, "host.kv.get", (const uint8_t *)request, sizeof request - 1, &answer)) {
    if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
    return 0;
  }
  int found = 0;
  if (answer.ptr) {
    char *text = calloc(answer.len + 1, 1);
    memcpy(text, answer.ptr, answer.len);
    host->free_buffer(answer.ptr, answer.len);
    if (!strncmp(text, "{\"ok\":true", 10)) found = *(volatile char *)(strstr(text, "\"found\":") + 8);
    free(text);
  }
  return found < 0;
}
