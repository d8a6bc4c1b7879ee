/* Copies the answer of its host into a buffer that has always been large enough. */
#define ON_HOOK() return tell(), reply(out, OK("{\"continue_processing\":true}"))
static void tell(void);
#include "../good.h"
static void tell(void) {
  static const char request[] = "{\"level\":\"info\",\"message\":\"hello\"}";
  cpex_buffer answer = {0};
  volatile char copy[4096];
  host->call(host->host_ctx, "host.log", (const uint8_t *)request, sizeof request - 1, &answer);
  for (size_t i = 0; i < answer.len; i++) copy[i] = ((char *)answer.ptr)[i];
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
}
