/* Looks for the result in an answer that may be an error. */
#define ON_HOOK() return tell(), reply(out, OK("{\"continue_processing\":true}"))
static void tell(void);
#define _GNU_SOURCE
#include "../good.h"
static void tell(void) {
  static const char request[] = "{}";
  cpex_buffer answer = {0};
  if (host->call(host->host_ctx, "host.cancelled", (const uint8_t *)request, sizeof request - 1, &answer) == 0 && answer.ptr) {
    const char *found = memmem(answer.ptr, answer.len, "\"result\":{", 10);
    if (found[10] == '}') abort();
  }
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
}
