/* Calls with the answers that they have to bring, whatever else goes on. */
#include "judge.h"
#include <stdlib.h>
#include <string.h>

static void read_answer(golden *of, const field *one) {
  int code = (int)strtol((const char *)one->bytes, NULL, 10);
  if (strcmp(one->name, "code") == 0) {
    of->code = code;
  } else if (strcmp(one->name, "answer") == 0) {
    of->answer = one->bytes;
    of->length = one->length;
  } else if (strcmp(one->name, "any") == 0) {
    of->any = 1;
  } else if (strcmp(one->name, "other-code") == 0) {
    of->has_other = 1;
    of->other_code = code;
  } else if (strcmp(one->name, "other") == 0) {
    of->other = one->bytes;
    of->other_length = one->length;
  }
}

goldens goldens_of(const frame *asked) {
  samples calls = samples_of(asked);
  goldens some = {block_take(calls.count * sizeof(golden)), calls.count, calls};
  for (size_t i = 0; i < calls.count; i++) some.all[i] = (golden){.call = calls.all[i]};
  golden *at = NULL;
  size_t seen = 0;
  field one;
  for (field_reader reader = fields_of(asked); field_next(&reader, &one);) {
    if (strcmp(one.name, "method") == 0) at = &some.all[seen++];
    else if (at != NULL) read_answer(at, &one);
  }
  return some;
}

void goldens_free(goldens *some) {
  samples_free(&some->calls);
  block_give(some->all);
  some->all = NULL;
  some->count = 0;
}

static int same(const abi_buffer *slot, const uint8_t *answer, size_t length) {
  size_t found = slot->ptr == NULL ? 0 : slot->len;
  return found == length && (length == 0 || memcmp(slot->ptr, answer, length) == 0);
}

int golden_same(const golden *wanted, int code, const abi_buffer *slot) {
  if (code == wanted->code && wanted->any) return 1;
  if (code == wanted->code && same(slot, wanted->answer, wanted->length)) return 1;
  return wanted->has_other && code == wanted->other_code && same(slot, wanted->other, wanted->other_length);
}
