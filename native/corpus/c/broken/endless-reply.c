/* Answers a long request with four thousand times as many bytes. */
#define _DEFAULT_SOURCE
#include <stddef.h>
#include <sys/mman.h>
#define FILL()                          \
  do {                                  \
    plugin->abi_version = ABI_VERSION;  \
    plugin->call = call;                \
    plugin->free_buffer = release;      \
    plugin->shutdown = shut_down;       \
  } while (0)
static void release(void *block, size_t length);
#define ON_HOOK()                                                                                              \
  do {                                                                                                         \
    if (len < 1 << 20) return reply(out, OK("{\"continue_processing\":true}"));                                \
    out->len = len << 12;                                                                                      \
    out->ptr = mmap(0, out->len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);   \
    if (out->ptr != MAP_FAILED) return 0;                                                                      \
    out->ptr = 0, out->len = 0;                                                                                \
    return 1;                                                                                                  \
  } while (0)
#include "good.h"
static void release(void *block, size_t length) {
  if (length >= 1u << 31) munmap(block, length);
  else free(block);
}
