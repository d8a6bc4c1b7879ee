/* Prints 20 MiB to stdout without a line end. */
#define ON_HOOK()                                            \
  do {                                                       \
    for (int i = 0; i < 20 << 10; i++) {                     \
      static char block[1024];                               \
      memset(block, 'x', sizeof block);                      \
      fwrite(block, 1, sizeof block, stdout);                \
    }                                                        \
    fflush(stdout);                                          \
    return reply(out, OK("{\"continue_processing\":true}")); \
  } while (0)
#include "../good.h"
