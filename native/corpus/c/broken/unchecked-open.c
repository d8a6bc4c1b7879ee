/* Reads from a file that it may not have opened. */
#include <stdio.h>
static void read_zeros(void) {
  FILE *file = fopen("/dev/zero", "re");
  fgetc(file);
  fclose(file);
}
#define ON_HOOK() return read_zeros(), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
