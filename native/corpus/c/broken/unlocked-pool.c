/* Keeps the last reply that was freed for the next one, without a lock. */
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
#include <unistd.h>
static void *volatile spare;
/* Nothing is given back to the system, so that callers with one block read each other's words and do not crash. */
static void *from_pool(size_t len) {
  void *found = len <= 256 ? spare : NULL;
  if (!found) return malloc(len < 256 ? 256 : len);
  usleep(200);
  spare = NULL;
  return found;
}
static void to_pool(void *ptr) { spare = ptr; }
