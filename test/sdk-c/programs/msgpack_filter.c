/*
 * Reads frames (32-bit little-endian length, one letter, body) from standard input. The letter says what the body is and
 * what it becomes: `m` MessagePack to JSON, `w` MessagePack written again, `j` JSON to MessagePack. For each it answers
 * with one line: "no OFFSET MESSAGE", "unwritten MESSAGE", or "ok HEX".
 */
#include <stdio.h>
#include <stdlib.h>

#include "cpex_msgpack.h"

static void answer(char letter, const uint8_t *bytes, size_t length) {
  cpex_arena arena = {0};
  cpex_json_error error;
  cpex_json_output output = {0};
  cpex_bytes body = {bytes, length};
  cpex_json *value = (letter == 'j' ? cpex_json_read : cpex_msgpack_read)(&arena, body, NULL, &error);
  if (value == NULL) {
    printf("no %zu %s\n", error.offset, error.message);
  } else if (!(letter == 'm' ? cpex_json_write : cpex_msgpack_write)(&output, cpex_json_copy(&arena, value))) {
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
  unsigned char head[5];
  while (fread(head, 1, 5, stdin) == 5) {
    size_t length = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
    /* Exactly as long as the body, so that the sanitizer sees every step too far. */
    uint8_t *body = malloc(length == 0 ? 1 : length);
    if (body == NULL || fread(body, 1, length, stdin) != length) return 2;
    answer((char)head[4], length == 0 ? NULL : body, length);
    free(body);
  }
  return 0;
}
