/* Has room for a hundred calls at a time, and does not wait for it. */
#define _DEFAULT_SOURCE
#include <stdatomic.h>
#include <unistd.h>
static atomic_int running;
#define ON_HOOK()                                                                                     \
  do {                                                                                                \
    int full = atomic_fetch_add(&running, 1) >= 100;                                                   \
    usleep(20000);                                                                                    \
    atomic_fetch_sub(&running, 1);                                                                    \
    return reply(out, full ? ERROR("plugin_error", "too many calls") : OK("{\"continue_processing\":true}")); \
  } while (0)
#include "good.h"
