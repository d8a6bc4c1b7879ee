/* malloc and its kin, defined in the probe: libraries that it loads find these before those of the C library, which do the
 * work. What a thread of the probe's own allocates outside of a call into the plugin is not counted.
 *
 * -DCPEX_NO_LEDGER leaves them out: sanitizers and valgrind bring their own. */
#if defined(__linux__) && !defined(CPEX_NO_LEDGER)
#define _GNU_SOURCE
#include "judge.h"
#include "ledger.h"
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __GLIBC__
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);
#define real_malloc __libc_malloc
#define real_calloc __libc_calloc
#define real_realloc __libc_realloc
#define real_memalign __libc_memalign
#define real_free __libc_free
static void find_real(void) {}
#else
/* The first allocation comes before there are threads. */
static void *(*real_malloc)(size_t size);
static void *(*real_calloc)(size_t count, size_t size);
static void *(*real_realloc)(void *block, size_t size);
static void *(*real_memalign)(size_t alignment, size_t size);
static void (*real_free)(void *block);

static void *next(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) _exit(70);
  return found;
}

static void find_real(void) {
  if (real_free != NULL) return;
  *(void **)&real_malloc = next("malloc");
  *(void **)&real_calloc = next("calloc");
  *(void **)&real_realloc = next("realloc");
  *(void **)&real_memalign = next("aligned_alloc");
  *(void **)&real_free = next("free");
}
#endif

#define OPEN __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

static int counts(void) { return ledger_counts && !this_thread.aside; }

static int refused(void) {
  if (!counts() || !ledger_refuses()) return 0;
  errno = ENOMEM;
  return 1;
}

static void *noted(void *block, size_t size, const void *caller) {
  if (block != NULL && counts()) ledger_took(block, size, caller);
  return block;
}

OPEN void *malloc(size_t size) {
  find_real();
  return refused() ? NULL : noted(real_malloc(size), size, CALLER);
}

OPEN void *calloc(size_t count, size_t size) {
  find_real();
  return refused() ? NULL : noted(real_calloc(count, size), count * size, CALLER);
}

/* An answer of the host lies in pages of its own: the C library would end the process without a word. */
static int is_answer(void *block, const char *function) {
  return watch.guard != GUARD_OFF && !this_thread.aside && answer_misfree(block, function);
}

OPEN void free(void *block) {
  find_real();
  if (block == NULL || is_answer(block, "free()")) return;
  if (ledger_counts) ledger_gave(block);
  real_free(block);
}

static void *resize(void *block, size_t size, const void *caller) {
  if (refused()) return NULL;
  if (block != NULL && is_answer(block, "realloc()")) block = NULL;
  /* Off the record before another thread can get its address. */
  size_t before = ledger_counts && block != NULL ? ledger_size(block) : 0;
  if (ledger_counts && block != NULL) ledger_gave(block);
  void *moved = real_realloc(block, size);
  if (moved == NULL && size > 0 && block != NULL && before > 0) ledger_took(block, before, caller);
  return noted(moved, size, caller);
}

OPEN void *realloc(void *block, size_t size) {
  find_real();
  return resize(block, size, CALLER);
}

OPEN void *reallocarray(void *block, size_t count, size_t size) {
  find_real();
  if (size > 0 && count > SIZE_MAX / size) {
    errno = ENOMEM;
    return NULL;
  }
  return resize(block, count * size, CALLER);
}

OPEN void *memalign(size_t alignment, size_t size) {
  find_real();
  return refused() ? NULL : noted(real_memalign(alignment, size), size, CALLER);
}

OPEN void *aligned_alloc(size_t alignment, size_t size) {
  find_real();
  return refused() ? NULL : noted(real_memalign(alignment, size), size, CALLER);
}

OPEN int posix_memalign(void **out, size_t alignment, size_t size) {
  find_real();
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  if (refused()) return ENOMEM;
  int before = errno;
  void *block = noted(real_memalign(alignment, size), size, CALLER);
  errno = before;
  if (block == NULL) return ENOMEM;
  *out = block;
  return 0;
}

OPEN void *valloc(size_t size) {
  find_real();
  return refused() ? NULL : noted(real_memalign((size_t)sysconf(_SC_PAGESIZE), size), size, CALLER);
}

/* A program that was linked without exporting these does not see what its libraries allocate. */
int ledger_interposed(void) {
  void *mine = NULL;
  void *(*own)(size_t) = malloc;
  memcpy(&mine, &own, sizeof mine);
  return dlsym(RTLD_DEFAULT, "malloc") == mine;
}
#else
#include "ledger.h"

int ledger_interposed(void) { return 0; }
#endif
