/* Writes a third field, which the slot of this ABI does not have. */
#define ON_HOOK()                                              \
  do {                                                         \
    ((volatile struct { void *ptr; size_t len, codec; } *)out)->codec = 1; \
    return reply(out, OK("{\"continue_processing\":true}"));   \
  } while (0)
#include "good.h"
