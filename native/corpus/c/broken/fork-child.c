/* Leaves a child process behind that outlives everything. */
#include <unistd.h>
#define ON_HOOK()                                            \
  do {                                                       \
    if (fork() == 0) for (;;) pause();                       \
    return reply(out, OK("{\"continue_processing\":true}")); \
  } while (0)
#include "../good.h"
