#ifndef METER_REPLY_H
#define METER_REPLY_H

#include <stddef.h>
#include <stdint.h>

typedef struct { void *ptr; size_t len; } buffer_t;

typedef struct {
  uint32_t abi_version;
  void *host_ctx;
  int (*call)(void *ctx, const char *method, const uint8_t *request, size_t len, buffer_t *response);
  void (*free_buffer)(void *ptr, size_t len);
} host_api_t;

typedef struct {
  uint32_t abi_version;
  int (*call)(const char *method, const uint8_t *request, size_t len, buffer_t *response);
  void (*free_buffer)(void *ptr, size_t len);
  void (*shutdown)(void);
} plugin_api_t;

/* Copies a text into memory of its own; 0 on success. */
int reply_with(buffer_t *response, const char *json);

#endif
