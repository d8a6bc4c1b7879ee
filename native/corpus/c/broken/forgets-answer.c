/* Asks the host and frees no answer. */
#define ON_HOOK()                                              \
  do {                                                         \
    cpex_buffer answer = {0};                                  \
    ask_log(&answer);                                          \
    return reply(out, OK("{\"continue_processing\":true}"));   \
  } while (0)
#define ask_log(answer)                                                                             \
  host->call(host->host_ctx, "host.log", (const uint8_t *)"{\"level\":\"info\",\"message\":\"hello\"}", \
             sizeof "{\"level\":\"info\",\"message\":\"hello\"}" - 1, answer)
#include "good.h"
