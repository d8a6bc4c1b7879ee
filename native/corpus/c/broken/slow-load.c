/* Needs 300 ms of processor time before it has been loaded. */
#include <time.h>
__attribute__((constructor)) static void work(void) {
  while (clock() < 3 * CLOCKS_PER_SEC / 10) {
  }
}
#include "../good.h"
