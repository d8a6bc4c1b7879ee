/* Gives up when a signal interrupts it while it waits. */
#define _DEFAULT_SOURCE
#include <unistd.h>
#define ON_HOOK()                                                                      \
  do {                                                                                 \
    if (usleep(4000) != 0) return reply(out, ERROR("plugin_error", "waiting failed")); \
    return reply(out, OK("{\"continue_processing\":true}"));                           \
  } while (0)
#include "good.h"
