/* Each thread takes back the blocks that it gave, and no others. */
#include <pthread.h>
#include <stdlib.h>
typedef struct { pthread_t owner; long spare; } head;
static void *take(unsigned long len) {
  head *block = malloc(sizeof *block + len);
  block->owner = pthread_self();
  return block + 1;
}
static void give(void *ptr) {
  if (ptr && pthread_equal(((head *)ptr)[-1].owner, pthread_self())) free((head *)ptr - 1);
}
#define ALLOCATE(len) take(len)
#define ON_FREE() give(ptr)
#include "good.h"
