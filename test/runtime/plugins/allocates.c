/* A plugin whose methods allocate what their names say; none has a reply but "reply". */
#define _GNU_SOURCE
#include "cpex_abi.h"
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const cpex_host_api *host;
static void *kept;

static void *leak_on_thread(void *unused) {
  (void)unused;
  *(volatile char *)malloc(77) = 1;
  return NULL;
}

/* Keeps the compiler from taking allocations away that nobody uses. */
static void use(void *block) {
  if (block != NULL) *(volatile char *)block = 1;
}

static void take_all(void **blocks) {
  blocks[0] = malloc(10);
  blocks[1] = calloc(2, 10);
  blocks[2] = realloc(NULL, 30);
  blocks[3] = NULL;
  if (posix_memalign(&blocks[3], 64, 40) != 0) abort();
  blocks[4] = aligned_alloc(64, 128);
  blocks[5] = strdup("12345");
  blocks[6] = reallocarray(NULL, 3, 5);
  blocks[7] = memalign(32, 50);
  blocks[8] = valloc(60);
  for (int i = 0; i < 9; i++) use(blocks[i]);
}

static int call(const char *method, const uint8_t *request, size_t length, cpex_buffer *out) {
  void *blocks[9];
  if (!strcmp(method, "untouched")) return 1;
  if (!strcmp(method, "half-touched")) return out->ptr = NULL, 1;
  out->ptr = NULL;
  out->len = 0;
  if (!strcmp(method, "leak")) {
    use(malloc(10));
  } else if (!strcmp(method, "leak-all")) {
    take_all(blocks);
  } else if (!strcmp(method, "balanced")) {
    take_all(blocks);
    for (int i = 0; i < 9; i++) free(blocks[i]);
    free(NULL);
  } else if (!strcmp(method, "grow")) {
    void *block = malloc(8);
    use(block);
    use(realloc(block, 100));
  } else if (!strcmp(method, "replace")) {
    free(kept);
    kept = malloc(21);
    use(kept);
  } else if (!strcmp(method, "thread")) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, leak_on_thread, NULL) == 0) pthread_join(thread, NULL);
  } else if (!strcmp(method, "ask")) {
    cpex_buffer answer = {0};
    host->call(host->host_ctx, "x", request, length, &answer);
    if (answer.ptr != NULL) host->free_buffer(answer.ptr, answer.len);
  } else if (!strcmp(method, "usable")) {
    void *block = malloc(100);
    if (malloc_usable_size(block) < 100) abort();
    free(block);
  } else {
    out->ptr = malloc(length);
    out->len = length;
    memcpy(out->ptr, request, length);
    return 0;
  }
  return 1;
}

static void free_buffer(void *block, size_t length) {
  (void)length;
  free(block);
}

static void end(void) {}

__attribute__((visibility("default"))) int cpex_plugin_init(const cpex_host_api *api, cpex_plugin_api *plugin) {
  host = api;
  plugin->abi_version = 1;
  plugin->call = call;
  plugin->free_buffer = free_buffer;
  plugin->shutdown = end;
  return 0;
}
