/* Frees the same block twice during a call; the C library aborts. */
static void break_heap(void);
#define ON_HOOK() break_heap()
#include "../good.h"
static void break_heap(void) {
  char *volatile block = malloc(32);
  free(block);
  free(block);
  abort();
}
