/*
 * The plain C host that the others are compared with: loads a plugin, calls `echo` with SIZE bytes
 * COUNT times, frees each reply, prints nanoseconds per call.
 * Usage: host PLUGIN SIZE COUNT
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "abi.h"

static int refuse(void *context, const char *method, const uint8_t *request, size_t length, cpex_buffer *response) {
  (void)context, (void)method, (void)request, (void)length;
  response->ptr = NULL;
  response->len = 0;
  return 1;
}

static void release(void *ptr, size_t length) {
  (void)length;
  free(ptr);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static size_t answered;

static void run(const cpex_plugin_api *plugin, const uint8_t *request, size_t size, long count) {
  for (long i = 0; i < count; i++) {
    cpex_buffer response = {NULL, 0};
    if (plugin->call("echo", request, size, &response) != 0) exit(1);
    answered += response.len;
    plugin->free_buffer(response.ptr, response.len);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  size_t size = strtoul(argv[2], NULL, 10);
  long count = atol(argv[3]);
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  cpex_init init = library ? (cpex_init)dlsym(library, "cpex_plugin_init") : NULL;
  cpex_host_api host = {1, NULL, refuse, release};
  cpex_plugin_api plugin = {0};
  uint8_t *request = malloc(size);
  if (init == NULL || request == NULL || init(&host, &plugin) != 0) return 1;
  memset(request, 'x', size);
  run(&plugin, request, size, count / 10 + 1);
  double start = now();
  run(&plugin, request, size, count);
  printf("%.1f\n", (now() - start) / (double)count);
  return answered == 0;
}
