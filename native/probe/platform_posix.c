/* Threads, libraries, time and the end of the process where there is POSIX. */
#ifndef _WIN32
#if defined(__APPLE__)
#define _DARWIN_C_SOURCE
#elif defined(__linux__)
#define _POSIX_C_SOURCE 200809L
#endif
#include "crash.h"
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct platform_lock {
  pthread_mutex_t mutex;
};

struct platform_signal {
  pthread_cond_t condition;
};

platform_lock *lock_new(void) {
  platform_lock *lock = block_take(sizeof *lock);
  if (pthread_mutex_init(&lock->mutex, NULL) != 0) process_end(70);
  return lock;
}

void lock_take(platform_lock *lock) { pthread_mutex_lock(&lock->mutex); }
int lock_try(platform_lock *lock) { return pthread_mutex_trylock(&lock->mutex) == 0; }
void lock_drop(platform_lock *lock) { pthread_mutex_unlock(&lock->mutex); }

platform_signal *signal_new(void) {
  platform_signal *signal = block_take(sizeof *signal);
  if (pthread_cond_init(&signal->condition, NULL) != 0) process_end(70);
  return signal;
}

void signal_free(platform_signal *signal) {
  pthread_cond_destroy(&signal->condition);
  block_give(signal);
}

void signal_wait(platform_signal *signal, platform_lock *lock) { pthread_cond_wait(&signal->condition, &lock->mutex); }
void signal_wake(platform_signal *signal) { pthread_cond_signal(&signal->condition); }

typedef struct {
  void (*run)(void *argument);
  void *argument;
} errand;

static void *run_errand(void *given) {
  errand mine = *(errand *)given;
  this_thread.aside = 1;
  block_give(given);
  crash_thread_begin("a thread of the host");
  mine.run(mine.argument);
  crash_thread_end();
  return NULL;
}

int thread_start(void (*run)(void *argument), void *argument) {
  errand *given = block_take(sizeof *given);
  given->run = run;
  given->argument = argument;
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_attr_init(&attributes) != 0) return -1;
  /* musl gives 128 KiB if nobody says otherwise. */
  pthread_attr_setstacksize(&attributes, (size_t)8 << 20);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  int failed = pthread_create(&thread, &attributes, run_errand, given);
  pthread_attr_destroy(&attributes);
  return failed;
}

double clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

void sleep_ms(double milliseconds) {
  if (milliseconds <= 0) return;
  struct timespec rest = {.tv_sec = (time_t)(milliseconds / 1000)};
  rest.tv_nsec = (long)((milliseconds - (double)rest.tv_sec * 1000) * 1e6);
  while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {
  }
}

static void *said_by_loader(void *result, char *said, size_t room) {
  if (result != NULL) return result;
  const char *words = dlerror();
  snprintf(said, room, "%s", words == NULL ? "the loader does not say why" : words);
  return NULL;
}

/* As hosts do: all symbols bound at once, none of them visible to others. */
void *library_open(const char *file, char *said, size_t room) {
  return said_by_loader(dlopen(file, RTLD_NOW | RTLD_LOCAL), said, room);
}

void *library_symbol(void *library, const char *name, char *said, size_t room) {
  return said_by_loader(dlsym(library, name), said, room);
}

void library_close(void *library) { dlclose(library); }

int library_mapped(const char *file) {
  void *found = dlopen(file, RTLD_LAZY | RTLD_NOLOAD);
  if (found != NULL) dlclose(found);
  return found != NULL;
}

_Noreturn void process_end(int code) {
  /* Only a group of our own: a probe that was started by hand shares its with a shell. */
  if (code == 1 && getpgrp() == getpid()) kill(0, SIGKILL);
  _exit(code);
}
#endif
