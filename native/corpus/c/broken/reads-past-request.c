/* Takes the request for a C string, which has no end of its own. */
#define ON_HOOK()                                               \
  do {                                                          \
    const volatile uint8_t *at = request;                       \
    while (*at != 0) at++;                                      \
    return reply(out, OK("{\"continue_processing\":true}"));    \
  } while (0)
#include "good.h"
