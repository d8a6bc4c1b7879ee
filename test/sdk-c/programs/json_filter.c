/*
 * Reads frames (32-bit little-endian length, body) from standard input. For each body it answers
 * with one line: "no OFFSET MESSAGE", or "ok HEX" with the value written again.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cpex_json.h"

#if !defined(TOLERANT)
#define TOLERANT false
#endif

static void answer(const uint8_t *bytes, size_t length) {
  cpex_arena arena = {0};
  cpex_json_error error;
  cpex_json_output output = {0};
  cpex_bytes body = {bytes, length};
  cpex_json_limits limits = {.tolerant = TOLERANT};
  cpex_json *value = cpex_json_read(&arena, body, &limits, &error);
  if (value == NULL) {
    printf("no %zu %s\n", error.offset, error.message);
  } else if (!cpex_json_write(&output, cpex_json_copy(&arena, value))) {
    printf("unwritten %s\n", output.error);
  } else {
    printf("ok ");
    for (size_t i = 0; i < output.len; i++) printf("%02x", (unsigned char)output.ptr[i]);
    printf("\n");
  }
  cpex_json_output_release(&output);
  cpex_arena_release(&arena);
}

int main(void) {
  unsigned char head[4];
  while (fread(head, 1, 4, stdin) == 4) {
    size_t length = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
    /* Exactly as long as the body, so that the sanitizer sees every step too far. */
    uint8_t *body = malloc(length == 0 ? 1 : length);
    if (body == NULL || fread(body, 1, length, stdin) != length) return 2;
    answer(length == 0 ? NULL : body, length);
    free(body);
  }
  return 0;
}
