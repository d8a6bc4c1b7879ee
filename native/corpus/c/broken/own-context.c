/* Hands its host the table in place of the context that stands in it. */
#define ON_HOOK() return tell(), reply(out, OK("{\"continue_processing\":true}"))
static void tell(void);
#include "../good.h"
static void tell(void) {
  static const char request[] = "{\"level\":\"info\",\"message\":\"hello\"}";
  cpex_buffer answer = {0};
  host->call((void *)host, "host.log", (const uint8_t *)request, sizeof request - 1, &answer);
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
}
