/* Spins in a call and ignores SIGTERM. */
#include <signal.h>
#define ON_HOOK()           \
  do {                      \
    signal(SIGTERM, SIG_IGN); \
    for (volatile int spin = 1; spin;) {} \
  } while (0)
#include "../good.h"
