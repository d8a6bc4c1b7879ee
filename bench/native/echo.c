/*
 * The plugin that the benchmarks call: every method answers with its request, but for
 *   source N   a reply of N bytes
 *   sink       reads its request and answers with a short envelope
 *   print N    writes N bytes to stdout, then the envelope
 *   plugin.register and plugin.quiesce, for the CLI
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "abi.h"

#define EXPORT __attribute__((visibility("default")))

static const char REGISTERED[] =
    "{\"ok\":true,\"result\":{\"schema_version\":1,\"metadata\":{\"id\":\"echo\",\"name\":\"Echo\",\"version\":\"1.0.0\","
    "\"author\":\"bench\"},\"capabilities\":{}}}";
static const char DONE[] = "{\"ok\":true,\"result\":{}}";

static int give(cpex_buffer *response, const void *bytes, size_t length) {
  response->ptr = malloc(length ? length : 1);
  response->len = length;
  if (response->ptr == NULL) return 1;
  memcpy(response->ptr, bytes, length);
  return 0;
}

static unsigned long number(const uint8_t *request, size_t length) {
  char text[32] = {0};
  memcpy(text, request, length < sizeof text ? length : sizeof text - 1);
  return strtoul(text, NULL, 10);
}

static int source(cpex_buffer *response, unsigned long size) {
  response->ptr = malloc(size);
  response->len = size;
  if (response->ptr == NULL) return 1;
  memset(response->ptr, 'x', size);
  return 0;
}

static void print(unsigned long count) {
  static char block[65536];
  memset(block, 'x', sizeof block);
  for (block[sizeof block - 1] = '\n'; count > 0;) {
    size_t size = count < sizeof block ? count : sizeof block;
    count -= fwrite(block, 1, size, stdout);
  }
  fflush(stdout);
}

/* Volatile, so that the reading is not left out. */
static volatile unsigned char seen;

static int call(const char *method, const uint8_t *request, size_t length, cpex_buffer *response) {
  if (method[0] == 'e') return give(response, request, length);
  if (strcmp(method, "source") == 0) return source(response, number(request, length));
  if (strcmp(method, "sink") == 0) {
    unsigned char sum = 0;
    for (size_t i = 0; i < length; i++) sum ^= request[i];
    seen = sum;
  } else if (strcmp(method, "print") == 0) {
    print(number(request, length));
  } else if (strcmp(method, "plugin.register") == 0) {
    return give(response, REGISTERED, sizeof REGISTERED - 1);
  }
  return give(response, DONE, sizeof DONE - 1);
}

static void release(void *ptr, size_t length) {
  (void)length;
  free(ptr);
}

static void stop(void) {}

EXPORT int cpex_plugin_init(const cpex_host_api *host, cpex_plugin_api *plugin) {
  (void)host;
  plugin->abi_version = 1;
  plugin->call = call;
  plugin->free_buffer = release;
  plugin->shutdown = stop;
  return 0;
}
