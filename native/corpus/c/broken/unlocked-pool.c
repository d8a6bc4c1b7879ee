/* Keeps freed replies in a list without a lock. */
#include <stddef.h>
static void *from_pool(size_t len);
static void to_pool(void *ptr);
#define ALLOCATE(len) from_pool(len)
#define ON_FREE() to_pool(ptr)
#define ON_HOOK()                                                                       \
  do {                                                                                  \
    unsigned sum = 0;                                                                   \
    char text[128];                                                                     \
    for (size_t i = 0; i < len; i++) sum = sum * 31 + request[i];                       \
    sprintf(text, OK("{\"continue_processing\":true,\"metadata\":{\"sum\":%u}}"), sum); \
    return reply(out, text);                                                            \
  } while (0)
#include "../good.h"
#include <sched.h>
typedef struct block { struct block *next; } block;
static block *pool;
static void *from_pool(size_t len) {
  block *first = len <= 256 ? pool : NULL;
  if (!first) return malloc(len < 256 ? 256 : len);
  block *next = first->next;
  sched_yield();
  pool = next;
  return first;
}
static void to_pool(void *ptr) {
  block *one = ptr;
  if (!one) return;
  one->next = pool;
  sched_yield();
  pool = one;
}
