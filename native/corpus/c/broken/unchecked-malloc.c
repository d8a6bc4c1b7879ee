/* Writes to memory that it may not have got. */
#include <stdlib.h>
#include <string.h>
static void *volatile scratch;
static void use(void) {
  scratch = malloc(100);
  memset(scratch, 0, 100);
  free(scratch);
}
#define ON_HOOK() return use(), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
