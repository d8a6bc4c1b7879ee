/* hostile.*: calls that no host should make, many at a time, with the answer to each. */
#include "judge.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The part of a long answer that goes back. */
enum { TOLD = 64 * 1024 };

static void tell(observation *seen, int code, const abi_buffer *slot) {
  size_t length = slot->ptr == NULL ? 0 : slot->len;
  observe_number(seen, "code", code);
  observe_number(seen, "length", (double)length);
  observe_bytes(seen, "answer", slot->ptr, length < TOLD ? length : TOLD);
}

static void call_and_tell(const char *method, const void *body, size_t length, observation *seen) {
  abi_buffer slot = {NULL, 0};
  int code = watched_call(method, body, length, &slot);
  tell(seen, code, &slot);
  if (slot.ptr != NULL) watched_free(slot.ptr, slot.len);
}

/* A call that should be answered in the same way whatever came before it. */
typedef struct {
  const char *method;
  const uint8_t *body;
  size_t length;
  int code;
  uint8_t *answer;
  size_t answer_length;
} steady_call;

static steady_call steady_of(const frame *asked) {
  steady_call one = {.method = parameter(asked, "good-method"), .code = -1};
  field found;
  for (field_reader reader = fields_of(asked); field_next(&reader, &found);) {
    if (strcmp(found.name, "good-body") == 0) one.body = found.bytes, one.length = found.length;
  }
  return one;
}

/* Makes it again. An answer that differs from the one before is told, with the number of the call that it came after. */
static void make_steady(steady_call *one, double after, observation *seen) {
  abi_buffer slot = {NULL, 0};
  int code = watched_call(one->method, one->body, one->length, &slot);
  size_t length = slot.ptr == NULL ? 0 : slot.len;
  int same = code == one->code && length == one->answer_length && (length == 0 || memcmp(slot.ptr, one->answer, length) == 0);
  if (!same) {
    block_give(one->answer);
    one->answer = block_take(length);
    if (length > 0) memcpy(one->answer, slot.ptr, length);
    one->answer_length = length;
    one->code = code;
    observe_number(seen, "steady-after", after);
    observe_number(seen, "steady-code", code);
    observe_bytes(seen, "steady", slot.ptr, length < TOLD ? length : TOLD);
  }
  if (slot.ptr != NULL) watched_free(slot.ptr, slot.len);
}

/* Parameters: `method` and `body` in pairs; `good-method` and `good-body` for a call to be made first and after each. */
static void hostile_calls(const frame *asked, observation *seen) {
  samples calls = samples_of(asked);
  steady_call steady = steady_of(asked);
  if (steady.method != NULL) make_steady(&steady, -1, seen);
  for (size_t i = 0; i < calls.count; i++) {
    step_note("hostile call %.0f of %.0f", (double)i + 1, (double)calls.count);
    call_and_tell(calls.all[i].method, calls.all[i].body, calls.all[i].length, seen);
    if (steady.method != NULL) make_steady(&steady, (double)i, seen);
  }
  block_give(steady.answer);
  samples_free(&calls);
}

/* Each `method` with a null pointer and no bytes. */
static void hostile_empty(const frame *asked, observation *seen) {
  samples calls = samples_of(asked);
  for (size_t i = 0; i < calls.count; i++) {
    step_note("a null body, call %.0f of %.0f", (double)i + 1, (double)calls.count);
    call_and_tell(calls.all[i].method, NULL, 0, seen);
  }
  samples_free(&calls);
}

/* A null pointer in place of the method's name, with the `body` of a good call. */
static void hostile_null_method(const frame *asked, observation *seen) {
  const char *body = parameter(asked, "body");
  step_note("a null method", 0, 0);
  call_and_tell(NULL, body, strlen(body), seen);
}

/* Each `method` with `more` letters behind its name. */
static void hostile_long_name(const frame *asked, observation *seen) {
  samples calls = samples_of(asked);
  size_t more = (size_t)parameter_number(asked, "more", 0);
  for (size_t i = 0; i < calls.count; i++) {
    size_t length = strlen(calls.all[i].method);
    char *name = block_take(length + more + 1);
    memcpy(name, calls.all[i].method, length);
    memset(name + length, 'x', more);
    name[length + more] = 0;
    step_note("a method name of %.0f bytes", (double)(length + more), 0);
    call_and_tell(name, calls.all[i].body, calls.all[i].length, seen);
    block_give(name);
  }
  samples_free(&calls);
}

/* Parameters: `method`, `head`, `tail` and `size`: a body of that many bytes. What stands between head and tail is one
 * letter over and over, or with `members` as many members with keys of their own as there is room for. */
static void hostile_big(const frame *asked, observation *seen) {
  const char *head = parameter(asked, "head"), *tail = parameter(asked, "tail");
  size_t size = (size_t)parameter_number(asked, "size", 0), before = strlen(head), after = strlen(tail);
  uint8_t *body = block_try(size);
  if (body == NULL || size < before + after) fault("there is no memory for a big body");
  memcpy(body, head, before);
  memset(body + before, 'a', size - before - after);
  memcpy(body + size - after, tail, after);
  if (parameter_number(asked, "members", 0) != 0) {
    /* Each takes 15 bytes: a comma, a key of ten characters in quotes, a colon and a digit. Blanks fill up the rest. */
    memset(body + before, ' ', size - before - after);
    unsigned number = 0;
    for (size_t at = before; at + 15 <= size - after; at += 15, number++) {
      memcpy(body + at, ",\"k000000000\":0", 15);
      unsigned rest = number;
      for (size_t digit = at + 11; rest > 0; rest /= 10) body[digit--] = (uint8_t)('0' + rest % 10);
    }
  }
  step_note("a body of %.0f bytes", (double)size, 0);
  clock_t began = clock();
  call_and_tell(parameter(asked, "method"), body, size, seen);
  observe_number(seen, "cpu-ms", (double)(clock() - began) * 1000 / CLOCKS_PER_SEC);
  block_give(body);
}

const experiment callback_experiments[] = {
    {"hostile.calls", hostile_calls},
    {"hostile.empty", hostile_empty},
    {"hostile.null-method", hostile_null_method},
    {"hostile.long-name", hostile_long_name},
    {"hostile.big", hostile_big},
    {NULL, NULL},
};
