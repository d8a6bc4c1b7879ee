/* Puts the C library's free into its table in place of a function of its own. */
#include <stdlib.h>
#define FILL()                                              \
  do {                                                      \
    plugin->abi_version = 1;                                \
    plugin->call = call;                                    \
    plugin->free_buffer = (void (*)(void *, size_t))(void *)free; \
    plugin->shutdown = shut_down;                           \
  } while (0)
#include "../good.h"
