/* Takes the answer of the host for a C string. */
#define ON_HOOK()                                              \
  do {                                                         \
    cpex_buffer answer = {0};                                  \
    ask_log(&answer);                                          \
    const volatile char *at = answer.ptr;                      \
    while (*at != 0) at++;                                     \
    host->free_buffer(answer.ptr, answer.len);                 \
    return reply(out, OK("{\"continue_processing\":true}"));   \
  } while (0)
#define ask_log(answer)                                                                             \
  host->call(host->host_ctx, "host.log", (const uint8_t *)"{\"level\":\"info\",\"message\":\"hello\"}", \
             sizeof "{\"level\":\"info\",\"message\":\"hello\"}" - 1, answer)
#include "good.h"
