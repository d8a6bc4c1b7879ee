/* Compares each request with the one before, where that lay. */
#define ON_HOOK()                                                        \
  do {                                                                   \
    static const volatile uint8_t *kept;                                 \
    int same = kept && kept[0] == request[0];                            \
    kept = request;                                                      \
    return reply(out, same ? OK("{\"continue_processing\":true}") : OK("{\"continue_processing\":true}")); \
  } while (0)
#include "good.h"
