/* Fills in the call function and forgets the rest. */
#define FILL()                 \
  do {                         \
    plugin->abi_version = 1;   \
    plugin->call = call;       \
  } while (0)
#include "../good.h"
