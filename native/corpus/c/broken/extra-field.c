/* Was built with a header that has a fifth field in the plugin's table. */
#define FILL()                               \
  do {                                       \
    plugin->abi_version = 1;                 \
    plugin->call = call;                     \
    plugin->free_buffer = free_buffer;       \
    plugin->shutdown = shut_down;            \
    ((void *volatile *)plugin)[4] = (void *)call; \
  } while (0)
#include "../good.h"
