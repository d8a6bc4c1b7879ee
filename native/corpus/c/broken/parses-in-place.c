/* Ends the request with a NUL of its own while it looks at it. */
#define ON_HOOK()                                                   \
  do {                                                              \
    volatile uint8_t *text = (volatile uint8_t *)(uintptr_t)request; \
    uint8_t last = text[len - 1];                                   \
    text[len - 1] = 0;                                              \
    text[len - 1] = last;                                           \
    return reply(out, OK("{\"continue_processing\":true}"));        \
  } while (0)
#include "good.h"
