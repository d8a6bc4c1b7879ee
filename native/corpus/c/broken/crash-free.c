/* Crashes when it is to free its own answer. */
static void release(void *ptr, unsigned long len);
#define FILL()                         \
  do {                                 \
    plugin->abi_version = 1;           \
    plugin->call = call;               \
    plugin->free_buffer = release;     \
    plugin->shutdown = shut_down;      \
  } while (0)
#include "../good.h"
static void release(void *ptr, unsigned long len) {
  (void)ptr, (void)len;
  *(volatile int *)0 = 1;
}
