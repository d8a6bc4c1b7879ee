/* A reader of MessagePack as docs/abi.md section 14 asks for: one value that fills the body, keys that are texts and
 * come once, strict UTF-8, no extension, finite floats, bytes nowhere, at most 128 containers deep. Shapes are those
 * of strict.h. A plugin that reads badly defines one of the macros below. */
#ifndef PACKED_READ_H
#define PACKED_READ_H
#include <math.h>
#include "strict.h"

#ifndef PACKED_DEPTH
#define PACKED_DEPTH 128
#endif
/* Whether a length may be believed. */
#ifndef PACKED_FITS
#define PACKED_FITS(size) ((size) <= (uint64_t)(p->end - p->at))
#endif
#ifndef PACKED_KEY_IS_TEXT
#define PACKED_KEY_IS_TEXT(head) (((head) & 0xe0) == 0xa0 || ((head) >= 0xd9 && (head) <= 0xdb))
#endif
#ifndef PACKED_UTF8
#define PACKED_UTF8(text, size) packed_utf8(text, size)
#endif
#ifndef PACKED_FINITE
#define PACKED_FINITE(number) isfinite(number)
#endif
#ifndef PACKED_SAME
#define PACKED_SAME(one, other) ((one) == (other))
#endif
/* Whether bytes may stand where a text or anything may. */
#ifndef PACKED_BYTES
#define PACKED_BYTES 0
#endif
#ifndef PACKED_EXTENSIONS
#define PACKED_EXTENSIONS 0
#endif
#ifndef PACKED_ENDS
#define PACKED_ENDS(at, end) ((at) == (end))
#endif

typedef struct {
  const uint8_t *at, *end;
  int depth;
} packed;

static int packed_value(packed *p, const char *shape);

/* A number of 1, 2, 4 or 8 bytes, the greatest first. */
static int packed_number(packed *p, int size, uint64_t *number) {
  if (p->end - p->at < size) return 0;
  for (*number = 0; size > 0; size--) *number = *number << 8 | *p->at++;
  return 1;
}

static int packed_utf8(const uint8_t *text, uint64_t size) {
  json j = {text, text + size, 0};
  while (j.at < j.end) {
    int first = *j.at++;
    if (first >= 0x80 && json_utf8(&j, first) < 0) return 0;
  }
  return 1;
}

/* Passes over a text whose size is known. */
static int packed_text(packed *p, uint64_t size) {
  if (!PACKED_FITS(size) || !PACKED_UTF8(p->at, size)) return 0;
  p->at += size;
  return 1;
}

static int packed_key(packed *p, char *text, uint64_t *hash) {
  uint64_t size, sum = 1469598103934665603u;
  if (p->at == p->end) return 0;
  uint8_t head = *p->at++;
  if (!PACKED_KEY_IS_TEXT(head)) return 0;
  if ((head & 0xe0) == 0xa0) size = head & 0x1f;
  else if (head < 0x80) size = 0;
  else if (!packed_number(p, 1 << ((head - 0xd9) & 3), &size)) return 0;
  const uint8_t *from = p->at;
  if (!packed_text(p, size)) return 0;
  for (uint64_t i = 0; i < size; i++) {
    sum = (sum ^ from[i]) * 1099511628211u;
    if (i < JSON_KEY - 1) text[i] = (char)from[i];
  }
  text[size < JSON_KEY - 1 ? size : JSON_KEY - 1] = 0;
  *hash = head < 0x80 ? head : sum;
  return 1;
}

static int packed_map(packed *p, uint64_t entries, const char *shape) {
  char key[JSON_KEY];
  int seen = 0, place, good = 0;
  if (++p->depth > PACKED_DEPTH || !PACKED_FITS(2 * entries)) return 0;
  uint64_t *keys = malloc((entries + 1) * sizeof *keys);
  if (!keys) return 0;
  for (uint64_t i = 0; i < entries; i++) {
    if (!packed_key(p, key, &keys[i]) || !packed_value(p, json_member(shape, key, &place))) goto end;
    if (place >= 0) seen |= 1 << place;
  }
  p->depth--;
  good = seen == (1 << json_needed(shape)) - 1;
  qsort(keys, entries, sizeof *keys, json_order);
  for (uint64_t i = 1; i < entries; i++) if (PACKED_SAME(keys[i], keys[i - 1])) good = 0;
end:
  free(keys);
  return good;
}

static int packed_array(packed *p, uint64_t items, const char *shape) {
  if (++p->depth > PACKED_DEPTH || !PACKED_FITS(items)) return 0;
  for (uint64_t i = 0; i < items; i++) if (!packed_value(p, *shape == '[' ? shape + 1 : "*")) return 0;
  p->depth--;
  return 1;
}

static int packed_float(packed *p, int size, char shape) {
  uint64_t bits;
  double number;
  if (!packed_number(p, size, &bits)) return 0;
  if (size == 4) {
    uint32_t half = (uint32_t)bits;
    float small;
    memcpy(&small, &half, 4);
    number = small;
  } else memcpy(&number, &bits, 8);
  if (!PACKED_FINITE(number)) return 0;
  if (shape == '*') return 1;
  return (shape == 'u' || shape == 'U') && number >= 0 && number < (shape == 'u' ? 4294967296.0 : 18446744073709551616.0) &&
         number == (double)(uint64_t)number;
}

static int packed_integer(packed *p, int size, int is_signed, char shape) {
  uint64_t number;
  if (!packed_number(p, size, &number)) return 0;
  if (is_signed && number >> (8 * size - 1)) return shape == '*';
  return shape == '*' || shape == 'U' || (shape == 'u' && number <= 0xffffffff);
}

/* Bytes, which have a place in no shape. */
static int packed_bytes(packed *p, int size) {
  uint64_t length;
  if (!PACKED_BYTES || !packed_number(p, size, &length) || !PACKED_FITS(length)) return 0;
  p->at += length;
  return 1;
}

static int packed_extension(packed *p, uint8_t head) {
  uint64_t length = head >= 0xd4 ? 1u << (head - 0xd4) : 0;
  if (!PACKED_EXTENSIONS || (head < 0xd4 && !packed_number(p, 1 << (head - 0xc7), &length)) || !PACKED_FITS(length + 1)) return 0;
  p->at += length + 1;
  return 1;
}

static int packed_value(packed *p, const char *shape) {
  int any = *shape == '*', object = any || *shape == '{' || *shape == 'o', list = any || *shape == '[';
  int text = any || *shape == 's', number = any || *shape == 'u' || *shape == 'U';
  uint64_t size;
  if (p->at == p->end) return 0;
  uint8_t head = *p->at++;
  if (head < 0x80) return number;
  if (head < 0x90) return object && packed_map(p, head & 15, shape);
  if (head < 0xa0) return list && packed_array(p, head & 15, shape);
  if (head < 0xc0) return text && packed_text(p, head & 31);
  if (head >= 0xe0 || head == 0xc0 || head == 0xc2 || head == 0xc3) return any;
  if (head >= 0xc4 && head <= 0xc6) return packed_bytes(p, 1 << (head - 0xc4));
  if (head == 0xca || head == 0xcb) return packed_float(p, head == 0xca ? 4 : 8, *shape);
  if (head >= 0xcc && head <= 0xcf) return packed_integer(p, 1 << (head - 0xcc), 0, *shape);
  if (head >= 0xd0 && head <= 0xd3) return packed_integer(p, 1 << (head - 0xd0), 1, *shape);
  if (head >= 0xd9 && head <= 0xdb) return text && packed_number(p, 1 << (head - 0xd9), &size) && packed_text(p, size);
  if (head == 0xdc || head == 0xdd) return list && packed_number(p, 2 << (head - 0xdc), &size) && packed_array(p, size, shape);
  if (head == 0xde || head == 0xdf) return object && packed_number(p, 2 << (head - 0xde), &size) && packed_map(p, size, shape);
  return head != 0xc1 && packed_extension(p, head);
}

/* Whether a request is MessagePack that the ABI allows, and of this shape. */
static int is_packed(const uint8_t *request, size_t len, const char *shape) {
  packed p = {request, request + len, 0};
  return packed_value(&p, shape) && PACKED_ENDS(p.at, p.end);
}
#endif
