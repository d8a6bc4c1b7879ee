/* Reads one number per line; answers with its int64, uint64 and double, "-" where it is none. */
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "cpex_json.h"

static void answer(cpex_str text) {
  cpex_arena arena = {0};
  int64_t small;
  uint64_t large;
  double real;
  cpex_json *value = cpex_json_read(&arena, cpex_bytes_of(text), NULL, NULL);
  if (cpex_json_int64(value, &small)) {
    printf("%" PRId64 " ", small);
  } else {
    printf("- ");
  }
  if (cpex_json_uint64(value, &large)) {
    printf("%" PRIu64 " ", large);
  } else {
    printf("- ");
  }
  if (cpex_json_double(value, &real)) {
    uint64_t bits;
    memcpy(&bits, &real, sizeof bits);
    printf("%016" PRIx64 " %s\n", bits, cpex_json_number_text(cpex_json_new_double(&arena, real)).ptr);
  } else {
    printf("- -\n");
  }
  cpex_arena_release(&arena);
}

int main(int argc, char **argv) {
  char *line = NULL;
  size_t size = 0;
  ssize_t length;
  if (argc > 1 && (setlocale(LC_ALL, argv[1]) == NULL || *localeconv()->decimal_point != ',')) return 1;
  while ((length = getline(&line, &size, stdin)) > 0) {
    cpex_str text = {line, (size_t)length - 1};
    answer(text);
  }
  free(line);
  return 0;
}
