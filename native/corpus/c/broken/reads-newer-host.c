/* Looks for a fifth field in the host's table. */
#define ON_INIT()                                              \
  do {                                                         \
    void *newer = ((void *volatile *)(const void *)api)[4];    \
    (void)newer;                                               \
  } while (0)
#include "../good.h"
