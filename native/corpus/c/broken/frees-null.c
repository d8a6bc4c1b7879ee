/* Looks at the block's head before it looks at the pointer. */
#include <stdlib.h>
static void *take(unsigned long len) {
  long *block = malloc(2 * sizeof *block + len);
  block[0] = 1;
  return block + 2;
}
#define ALLOCATE(len) take(len)
#define ON_FREE() (((volatile long *)ptr)[-2] == 1 ? free((long *)ptr - 2) : abort())
#include "good.h"
