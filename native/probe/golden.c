/* Calls with the answers that they have to bring, whatever else goes on. */
#include "judge.h"
#include <stdlib.h>
#include <string.h>

goldens goldens_of(const frame *asked) {
  samples calls = samples_of(asked);
  goldens some = {block_take(calls.count * sizeof(golden)), calls.count};
  for (size_t i = 0; i < calls.count; i++) some.all[i] = (golden){.call = calls.all[i]};
  samples_free(&calls);
  golden *at = NULL;
  size_t seen = 0;
  field one;
  for (field_reader reader = fields_of(asked); field_next(&reader, &one);) {
    if (strcmp(one.name, "method") == 0) {
      at = &some.all[seen++];
    } else if (at != NULL && strcmp(one.name, "code") == 0) {
      at->code = (int)strtol((const char *)one.bytes, NULL, 10);
    } else if (at != NULL && strcmp(one.name, "answer") == 0) {
      at->answer = one.bytes;
      at->length = one.length;
    }
  }
  return some;
}

void goldens_free(goldens *some) {
  block_give(some->all);
  some->all = NULL;
  some->count = 0;
}

int golden_same(const golden *wanted, int code, const abi_buffer *slot) {
  if (code != wanted->code) return 0;
  size_t length = slot->ptr == NULL ? 0 : slot->len;
  return length == wanted->length && (length == 0 || memcmp(slot->ptr, wanted->answer, length) == 0);
}
