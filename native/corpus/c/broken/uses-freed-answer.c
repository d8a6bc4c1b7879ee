/* Reads the answer of the host after it has freed it. */
#define ON_HOOK()                                              \
  do {                                                         \
    cpex_buffer answer = {0};                                  \
    ask_log(&answer);                                          \
    host->free_buffer(answer.ptr, answer.len);                 \
    if (*(volatile char *)answer.ptr == 1) return 1;           \
    return reply(out, OK("{\"continue_processing\":true}"));   \
  } while (0)
#define ask_log(answer)                                                                             \
  host->call(host->host_ctx, "host.log", (const uint8_t *)"{\"level\":\"info\",\"message\":\"hello\"}", \
             sizeof "{\"level\":\"info\",\"message\":\"hello\"}" - 1, answer)
#include "good.h"
