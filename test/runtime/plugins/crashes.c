/* One plugin that dies in as many ways as its methods say. */
#define _GNU_SOURCE
#include "host_calls.h"
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile int zero;

#pragma GCC diagnostic ignored "-Winfinite-recursion"
__attribute__((noinline)) static int descend(int depth) {
  volatile char frame[1024];
  memset((char *)frame, depth, sizeof frame);
  return descend(depth + 1) + frame[depth & 1023];
}

__attribute__((noinline)) static int read_null(void) { return *(volatile int *)(uintptr_t)(16 + (unsigned)zero); }
__attribute__((noinline)) static void write_null(void) { *(volatile int *)(uintptr_t)(unsigned)zero = 1; }

__attribute__((noinline)) static int call_nothing(void) {
  int (*volatile function)(void) = NULL;
  return function() + zero;
}

__attribute__((noinline)) static void write_text(void) {
  volatile char *volatile text = (char *)(uintptr_t)"cannot be written";
  text[0] = 'C';
}

__attribute__((noinline)) static void use_wild(void) {
  volatile char *volatile wild = (char *)((uintptr_t)0xdead << 48);
  *wild = 1;
}

__attribute__((noinline)) static void use_unmapped(void) {
  char *block = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(block, 4096);
  *(volatile char *)block = 1;
}

__attribute__((noinline)) static void fail_assertion(void) { assert(zero == 1); }

__attribute__((noinline)) static void free_twice(void) {
  char *block = malloc(32);
  char *volatile again = block;
  free(block);
  free(again);
}

static void *die_alone(void *argument) {
  write_null();
  return argument;
}

static void die_elsewhere(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, die_alone, NULL);
  pthread_join(thread, NULL);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *wait_for_lock(void *argument) {
  pthread_mutex_lock(&lock);
  return argument;
}

__attribute__((noinline)) static void dead_lock(void) {
  pthread_t thread;
  pthread_mutex_lock(&lock);
  pthread_create(&thread, NULL, wait_for_lock, NULL);
  pthread_join(thread, NULL);
}

static int plugin_call(const char *method, const uint8_t *request, size_t length, cpex_buffer *response) {
  if (!strcmp(method, "read-null")) read_null();
  else if (!strcmp(method, "write-null")) write_null();
  else if (!strcmp(method, "call-null")) call_nothing();
  else if (!strcmp(method, "write-text")) write_text();
  else if (!strcmp(method, "wild")) use_wild();
  else if (!strcmp(method, "unmapped")) use_unmapped();
  else if (!strcmp(method, "divide")) zero = 100 / zero;
  else if (!strcmp(method, "assert")) fail_assertion();
  else if (!strcmp(method, "free-twice")) free_twice();
  else if (!strcmp(method, "overflow")) descend(0);
  else if (!strcmp(method, "thread")) die_elsewhere();
  else if (!strcmp(method, "deadlock")) dead_lock();
  else if (!strcmp(method, "past-request")) zero = ((const volatile uint8_t *)request)[length];
  else if (!strcmp(method, "bad-question")) ask_host((const char *)16, request, length, NULL);
  else if (!strcmp(method, "absent-question")) ask_host("host.echo", (const uint8_t *)16, 1 << 20, NULL);
  reply(response, "{}", 2);
  return 0;
}

static void plugin_free(void *ptr, size_t len) {
  (void)len;
  free(ptr);
}

static void plugin_shutdown(void) {}

CPEX_EXPORT int cpex_plugin_init(const cpex_host_api *api, cpex_plugin_api *plugin) {
  host = api;
  plugin->abi_version = 1;
  plugin->call = plugin_call;
  plugin->free_buffer = plugin_free;
  plugin->shutdown = plugin_shutdown;
  return 0;
}
