/* Threads that are waited for, where there is POSIX. */
#ifndef _WIN32
#if defined(__linux__)
#define _POSIX_C_SOURCE 200809L
#endif
#include "crash.h"
#include <pthread.h>
#include <sched.h>

struct joined_thread {
  pthread_t thread;
  void (*run)(void *argument);
  void *argument;
};

static void *run_joined(void *given) {
  joined_thread *self = given;
  this_thread.aside = 1;
  crash_thread_begin("a thread of the host");
  self->run(self->argument);
  crash_thread_end();
  return NULL;
}

joined_thread *thread_begin(void (*run)(void *argument), void *argument, size_t stack) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return NULL;
  joined_thread *self = block_take(sizeof *self);
  self->run = run;
  self->argument = argument;
  int failed = pthread_attr_setstacksize(&attributes, stack > 0 ? stack : (size_t)8 << 20);
  if (failed == 0) failed = pthread_create(&self->thread, &attributes, run_joined, self);
  pthread_attr_destroy(&attributes);
  if (failed == 0) return self;
  block_give(self);
  return NULL;
}

void thread_join(joined_thread *thread) {
  pthread_join(thread->thread, NULL);
  block_give(thread);
}

void thread_yield(void) { sched_yield(); }
#endif
