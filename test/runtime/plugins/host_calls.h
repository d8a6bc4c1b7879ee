/* What the plugins of these tests share: the host that they were given, and how they answer and ask it. */
#pragma once
#include "cpex_abi.h"
#include <stdlib.h>
#include <string.h>

static const cpex_host_api *host;

static void reply(cpex_buffer *response, const void *bytes, size_t length) {
  response->ptr = malloc(length ? length : 1);
  response->len = length;
  memcpy(response->ptr, bytes, length);
}

static int ask_host(const char *method, const uint8_t *request, size_t length, cpex_buffer *response) {
  cpex_buffer answer = {(void *)1, 1};
  int code = host->call(host->host_ctx, method, request, length, &answer);
  if (response) reply(response, answer.ptr, answer.len);
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
  return code;
}
