/* Leaves a process behind that has a session of its own and none of the host's descriptors. */
#include <unistd.h>
#define ON_HOOK()                                            \
  do {                                                       \
    if (fork() == 0) {                                       \
      setsid();                                              \
      for (int fd = 0; fd < 1024; fd++) close(fd);           \
      for (;;) pause();                                      \
    }                                                        \
    return reply(out, OK("{\"continue_processing\":true}")); \
  } while (0)
#include "../good.h"
