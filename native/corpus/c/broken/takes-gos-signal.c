/* Takes a signal for itself that a host in Go interrupts its threads with. */
#include <signal.h>
#include <stdlib.h>
static volatile sig_atomic_t mine;
static void on_signal(int number) { (void)number; if (!mine) abort(); }
static void take_signal(void) {
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGURG, &action, NULL);
}
#define ON_INIT() take_signal()
#include "good.h"
