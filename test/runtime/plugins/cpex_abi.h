/* The native ABI, version 1, as far as the plugins of these tests need it. */
#ifndef CPEX_ABI_H
#define CPEX_ABI_H
#include <stddef.h>
#include <stdint.h>

typedef struct cpex_buffer {
  void *ptr;
  size_t len;
} cpex_buffer;

typedef struct cpex_host_api {
  uint32_t abi_version;
  void *host_ctx;
  int (*call)(void *host_ctx, const char *method, const uint8_t *request, size_t request_len, cpex_buffer *response);
  void (*free_buffer)(void *ptr, size_t len);
} cpex_host_api;

typedef struct cpex_plugin_api {
  uint32_t abi_version;
  int (*call)(const char *method, const uint8_t *request, size_t request_len, cpex_buffer *response);
  void (*free_buffer)(void *ptr, size_t len);
  void (*shutdown)(void);
} cpex_plugin_api;

#define CPEX_EXPORT __attribute__((visibility("default")))
#endif
