/* Greets the world when it is loaded. */
#include <stdio.h>
__attribute__((constructor)) static void greet(void) {
  printf("plugin loaded\n");
  fflush(stdout);
}
#include "../good.h"
