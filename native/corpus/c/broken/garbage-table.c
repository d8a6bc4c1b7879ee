/* Names data as its shutdown function. */
#define FILL()                                                       \
  do {                                                               \
    static char data[16] = "no code";                                \
    plugin->abi_version = 1;                                         \
    plugin->call = call;                                             \
    plugin->free_buffer = free_buffer;                               \
    plugin->shutdown = (void (*)(void))(void *)data;                 \
  } while (0)
#include "../good.h"
