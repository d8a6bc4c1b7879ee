/* Closes every descriptor that it can reach. */
#include <unistd.h>
#define ON_HOOK()                                            \
  do {                                                       \
    for (int fd = 0; fd < 64; fd++) close(fd);               \
    return reply(out, OK("{\"continue_processing\":true}")); \
  } while (0)
#include "../good.h"
