/* How deep a function goes down its stack: the stack is painted first, and looked at afterwards. */
#if defined(__linux__)
#define _GNU_SOURCE
#elif defined(__APPLE__)
#define _DARWIN_C_SOURCE
#endif
#include "state.h"

#ifdef _WIN32
size_t painted_depth(void (*run)(void *argument), void *argument, size_t size) {
  (void)run;
  (void)argument;
  (void)size;
  return 0;
}
#else
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAINT = 0xA5 };

typedef struct {
  void (*run)(void *argument);
  void *argument;
} job;

static void *work(void *given) {
  job *mine = given;
  mine->run(mine->argument);
  return NULL;
}

static int run_on(uint8_t *stack, size_t size, job *mine) {
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_attr_init(&attributes) != 0) return -1;
  int failed = pthread_attr_setstack(&attributes, stack, size);
  if (failed == 0) failed = pthread_create(&thread, &attributes, work, mine);
  pthread_attr_destroy(&attributes);
  if (failed == 0) pthread_join(thread, NULL);
  return failed;
}

/* Bytes from the first one that is no longer painted to the end, where the stack began. */
static size_t written(const uint8_t *stack, size_t size) {
  size_t at = 0;
  while (at < size && stack[at] == PAINT) at++;
  return size - at;
}

size_t painted_depth(void (*run)(void *argument), void *argument, size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uint8_t *room = mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (room == MAP_FAILED) return 0;
  /* A call that needs more still must be trapped. */
  mprotect(room, page, PROT_NONE);
  uint8_t *stack = room + page;
  memset(stack, PAINT, size);
  job mine = {run, argument};
  size_t depth = run_on(stack, size, &mine) == 0 ? written(stack, size) : 0;
  munmap(room, size + page);
  return depth;
}
#endif
