/* Bodies that are nearly right: changes of bits, bytes, blocks and tokens of JSON. */
#include "fuzz.h"
#include <string.h>

/* splitmix64, which is good enough from any state, so that each round can have a state of its own. */
uint64_t dice_next(dice *some) {
  uint64_t z = some->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

dice dice_for(uint64_t seed, uint64_t round) {
  dice some = {seed * 0x9e3779b97f4a7c15u ^ round};
  some.state = dice_next(&some);
  return some;
}

size_t dice_below(dice *some, size_t limit) { return limit == 0 ? 0 : (size_t)(dice_next(some) % limit); }

/* A body under way. */
typedef struct {
  uint8_t *bytes;
  size_t length;
  size_t room;
} draft;

/* Puts `bytes` in the place of `cut` bytes at `at`; does nothing where that does not fit. */
static void replace(draft *body, size_t at, size_t cut, const uint8_t *bytes, size_t length) {
  if (at > body->length) at = body->length;
  if (cut > body->length - at) cut = body->length - at;
  if (body->length - cut + length > body->room) return;
  memmove(body->bytes + at + length, body->bytes + at + cut, body->length - at - cut);
  if (length > 0) memcpy(body->bytes + at, bytes, length);
  body->length = body->length - cut + length;
}

static int is_mark(uint8_t byte) { return byte != 0 && strchr("{}[]:,\"", byte) != NULL; }

/* The token of JSON at or after a place: a text with its quotes, or what lies between two marks. */
static size_t token_at(const draft *body, size_t at, size_t *length) {
  while (at < body->length && is_mark(body->bytes[at]) && body->bytes[at] != '"') at++;
  size_t end = at;
  if (end < body->length && body->bytes[end] == '"') {
    for (end++; end < body->length && body->bytes[end] != '"'; end++) {
      if (body->bytes[end] == '\\') end++;
    }
    end = end < body->length ? end + 1 : body->length;
  } else {
    while (end < body->length && !is_mark(body->bytes[end])) end++;
  }
  *length = end - at;
  return at;
}

static piece pick_word(dice *some, const seeds *from) {
  piece none = {(const uint8_t *)"", 0};
  return from->words.count == 0 ? none : from->words.all[dice_below(some, from->words.count)];
}

/* The same block many times, as long or deeply nested bodies have it. */
static void repeat(dice *some, draft *body, const uint8_t *bytes, size_t length) {
  uint8_t block[64];
  size_t at = dice_below(some, body->length + 1);
  size_t times = (size_t)1 << dice_below(some, 11);
  if (length == 0 || length > sizeof block || times * length > body->room - body->length) return;
  memcpy(block, bytes, length); /* it may lie in the body that moves */
  memmove(body->bytes + at + times * length, body->bytes + at, body->length - at);
  for (size_t i = 0; i < times; i++) memcpy(body->bytes + at + i * length, block, length);
  body->length += times * length;
}

static void splice(dice *some, draft *body, const seeds *from) {
  const sample *other = &from->bodies.all[dice_below(some, from->bodies.count)];
  size_t start = dice_below(some, other->length);
  size_t length = dice_below(some, other->length - start + 1);
  size_t at = dice_below(some, body->length + 1);
  replace(body, at, dice_below(some, 2) ? length : 0, other->body + start, length);
}

static void change(dice *some, draft *body, const seeds *from) {
  static const uint8_t BYTES[] = {0, 1, 9, 10, 0x1f, ' ', '"', '\\', '{', '}', '[', ']', ',', ':', '-', '0',
                                  '9', 'e', '.', 'u', 0x7f, 0x80, 0xbf, 0xc0, 0xed, 0xf4, 0xff};
  size_t at = dice_below(some, body->length), length;
  uint8_t byte = BYTES[dice_below(some, sizeof BYTES)];
  piece word = pick_word(some, from);
  switch (dice_below(some, 14)) {
  case 0:
    if (body->length > 0) body->bytes[at] ^= (uint8_t)(1u << dice_below(some, 8));
    break;
  case 1:
    if (body->length > 0) body->bytes[at] = (uint8_t)dice_next(some);
    break;
  case 2:
    if (body->length > 0) body->bytes[at] = byte;
    break;
  case 3:
    replace(body, at, 0, &byte, 1);
    break;
  case 4:
    replace(body, at, 1 + dice_below(some, 16), NULL, 0);
    break;
  case 5:
    body->length = at;
    break;
  case 6:
    if (body->length > 0) repeat(some, body, body->bytes + at, 1 + dice_below(some, body->length - at));
    break;
  case 7:
    repeat(some, body, (const uint8_t *)(dice_below(some, 2) ? "[" : "{\"a\":"), dice_below(some, 2) ? 1 : 5);
    break;
  case 8:
    splice(some, body, from);
    break;
  case 9:
  case 10:
    replace(body, at, 0, word.bytes, word.length);
    break;
  case 11: /* a word in the place of a token */
  case 12:
    at = token_at(body, at, &length);
    replace(body, at, length, word.bytes, word.length);
    break;
  default: /* a word inside a text */
    at = token_at(body, at, &length);
    replace(body, at + (length > 1 ? 1 + dice_below(some, length - 1) : 0), 0, word.bytes, word.length);
  }
}

size_t mutate(dice *some, const seeds *from, uint8_t *out, size_t room, size_t *chosen) {
  *chosen = dice_below(some, from->bodies.count);
  const sample *base = &from->bodies.all[*chosen];
  draft body = {out, base->length < room ? base->length : room, room};
  memcpy(out, base->body, body.length);
  /* Mostly one change: what is broken in many places is refused at the first. */
  size_t changes = 1 + (dice_below(some, 2) ? 0 : dice_below(some, 6));
  for (size_t i = 0; i < changes; i++) change(some, &body, from);
  return body.length;
}
