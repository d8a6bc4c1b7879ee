/* Ends the process with an abort when it was not shut down before. */
static int ended;
#define ON_SHUTDOWN() ended = 1
#include "../good.h"
__attribute__((destructor)) static void leave(void) {
  if (!ended) abort();
}
