/* Keeps 8 KiB for each thread that calls it, and frees them for none. */
static __thread char *scratch;
#define ON_HOOK()                                                      \
  do {                                                                 \
    if (!scratch) scratch = memset(malloc(8192), 7, 8192);             \
    return reply(out, OK("{\"continue_processing\":true}"));           \
  } while (0)
#include "../good.h"
