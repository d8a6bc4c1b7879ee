/* Blocks a signal on the thread that calls, and does not let it through again. */
#define _GNU_SOURCE
#include <signal.h>
static void block(void) {
  sigset_t some;
  sigemptyset(&some);
  sigaddset(&some, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &some, 0);
}
#define ON_HOOK() return block(), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
