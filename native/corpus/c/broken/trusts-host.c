/* Reads the answer of its host whatever the host's function returned. */
#define ON_HOOK() return tell(), reply(out, OK("{\"continue_processing\":true}"))
static void tell(void);
#include "../good.h"
static void tell(void) {
  static const char request[] = "{\"level\":\"info\",\"message\":\"hello\"}";
  cpex_buffer answer = {0};
  host->call(host->host_ctx, "host.log", (const uint8_t *)request, sizeof request - 1, &answer);
  if (((volatile char *)answer.ptr)[0] != '{') abort();
  host->free_buffer(answer.ptr, answer.len);
}
