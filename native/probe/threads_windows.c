/* Threads that are waited for, on Windows. */
#ifdef _WIN32
#include "crash.h"
#include <windows.h>

struct joined_thread {
  HANDLE thread;
  void (*run)(void *argument);
  void *argument;
};

static DWORD WINAPI run_joined(void *given) {
  joined_thread *self = given;
  this_thread.aside = 1;
  crash_thread_begin("a thread of the host");
  self->run(self->argument);
  return 0;
}

joined_thread *thread_begin(void (*run)(void *argument), void *argument, size_t stack) {
  joined_thread *self = block_take(sizeof *self);
  self->run = run;
  self->argument = argument;
  SIZE_T size = stack > 0 ? stack : (SIZE_T)8 << 20;
  self->thread = CreateThread(NULL, size, run_joined, self, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
  if (self->thread != NULL) return self;
  block_give(self);
  return NULL;
}

void thread_join(joined_thread *thread) {
  WaitForSingleObject(thread->thread, INFINITE);
  CloseHandle(thread->thread);
  block_give(thread);
}

void thread_yield(void) { SwitchToThread(); }
#endif
