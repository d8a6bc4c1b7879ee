/* Makes room for more behind the answer of the host, by the C library. */
#define ON_HOOK()                                              \
  do {                                                         \
    cpex_buffer answer = {0};                                  \
    ask_log(&answer);                                          \
    free(realloc(answer.ptr, answer.len + 100));               \
    return reply(out, OK("{\"continue_processing\":true}"));   \
  } while (0)
#define ask_log(answer)                                                                             \
  host->call(host->host_ctx, "host.log", (const uint8_t *)"{\"level\":\"info\",\"message\":\"hello\"}", \
             sizeof "{\"level\":\"info\",\"message\":\"hello\"}" - 1, answer)
#include "good.h"
