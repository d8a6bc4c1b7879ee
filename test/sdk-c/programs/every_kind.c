/* Reads one value of the generated type, builds its JSON anew from the fields, and prints that. */
#include <stdio.h>

#include "types.h"

int main(void) {
  static char text[1 << 16];
  cpex_bytes body = {(const uint8_t *)text, fread(text, 1, sizeof text, stdin)};
  cpex_arena arena = {0};
  cpex_json_output output = {0};
  cpex_reader reader = {&arena, {NULL, 0}};
  cpex_place root = cpex_place_root("value", cpex_json_read(&arena, body, NULL, NULL));
  cpex_everything value;
  if (!cpex_read_everything(&reader, &root, &value)) {
    printf("%s\n", reader.error.ptr);
  } else if (cpex_json_write(&output, cpex_everything_json(&arena, &value))) {
    printf("%.*s\n", (int)output.len, output.ptr);
  }
  cpex_json_output_release(&output);
  cpex_arena_release(&arena);
  return 0;
}
