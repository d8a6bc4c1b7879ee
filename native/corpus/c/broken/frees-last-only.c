/* A stack of blocks, which takes back none but the last one that it gave. */
#include <stdlib.h>
static void *stack[8192];
static int depth;
static void *push(unsigned long len) { return stack[depth++ % 8192] = malloc(len); }
static void pop(void *ptr) {
  if (depth > 0 && stack[(depth - 1) % 8192] == ptr) free(ptr), depth--;
}
#define ALLOCATE(len) push(len)
#define ON_FREE() pop(ptr)
#include "good.h"
