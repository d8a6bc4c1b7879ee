/* Runs a command that writes 400 MB in pieces and prints how much memory was held at most, in KiB. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpex_abi.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void __real_free(void *ptr);
void *__real_realloc(void *ptr, size_t size);

static size_t held;
static size_t most;

static void *note(void *ptr) {
  held += malloc_usable_size(ptr);
  if (held > most) most = held;
  return ptr;
}

void *__wrap_malloc(size_t size) { return note(__real_malloc(size)); }

void *__wrap_calloc(size_t count, size_t size) { return note(__real_calloc(count, size)); }

void *__wrap_realloc(void *ptr, size_t size) {
  held -= malloc_usable_size(ptr);
  return note(__real_realloc(ptr, size));
}

void __wrap_free(void *ptr) {
  held -= malloc_usable_size(ptr);
  __real_free(ptr);
}

static int host_call(void *ctx, const char *method, const uint8_t *request, size_t len, cpex_buffer *response) {
  const char *text = strcmp(method, "host.cancelled") == 0 ? "{\"ok\":true,\"result\":{\"cancelled\":false}}"
                                                           : "{\"ok\":true,\"result\":{}}";
  (void)ctx, (void)request, (void)len;
  response->len = strlen(text);
  response->ptr = malloc(response->len);
  memcpy(response->ptr, text, response->len);
  return 0;
}

static void host_free(void *ptr, size_t len) {
  (void)len;
  free(ptr);
}

static const cpex_host_api host = {CPEX_ABI_VERSION, NULL, host_call, host_free};

int main(void) {
  static const char registration[] =
      "{\"host\":{\"name\":\"h\",\"version\":\"1.0.0\",\"features\":[]},\"schema_version\":1,\"config\":{\"a\":[1]},"
      "\"limits\":{\"max_request_bytes\":1000000,\"max_response_bytes\":1000000}}";
  static const char flood[] = "{\"verb_path\":[\"flood\"],\"args\":{\"times\":10000},\"env\":{}}";
  cpex_plugin_api plugin;
  cpex_buffer reply;
  if (cpex_plugin_init(&host, &plugin) != 0) return 2;
  plugin.call("plugin.register", (const uint8_t *)registration, strlen(registration), &reply);
  plugin.free_buffer(reply.ptr, reply.len);
  plugin.call("command.run", (const uint8_t *)flood, strlen(flood), &reply);
  printf("%.*s %zu\n", (int)reply.len, (const char *)reply.ptr, most / 1024);
  plugin.free_buffer(reply.ptr, reply.len);
  plugin.shutdown();
  return held == 0 ? 0 : 3;
}
