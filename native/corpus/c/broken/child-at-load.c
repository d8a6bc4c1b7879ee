/* Starts a helper when it is loaded, and leaves it running. */
#include <unistd.h>
__attribute__((constructor)) static void start(void) {
  if (fork() != 0) return;
  execlp("sleep", "sleep", "60", (char *)0);
  _exit(1);
}
#include "../good.h"
