/* A reader of requests as docs/abi.md section 7 asks for: one JSON value in strict UTF-8, no key twice, no half
 * characters, at most 128 containers deep, and the shape of the method's schema.
 *
 * A shape is a text: `s` a string, `u` a uint32, `U` a uint64, `i` an int32, `*` anything, `o` any object, `[s]` a list of strings,
 * `{name:s,more:{…}}` an object with these members and any others, `{*:s}` one whose members are strings. */
#ifndef STRICT_H
#define STRICT_H
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const uint8_t *at, *end;
  int depth;
} json;

enum { JSON_DEPTH = 128, JSON_KEY = 64 };

static int json_value(json *j, const char *shape);

static void json_space(json *j) {
  while (j->at < j->end && (*j->at == ' ' || *j->at == '\t' || *j->at == '\n' || *j->at == '\r')) j->at++;
}

static int json_take(json *j, char one) {
  if (j->at == j->end || *j->at != (uint8_t)one) return 0;
  j->at++;
  return 1;
}

static int json_word(json *j, const char *word) {
  while (*word) if (!json_take(j, *word++)) return 0;
  return 1;
}

/* Four hexadecimal digits; -1 when they are not there. */
static long json_hex(json *j) {
  long value = 0;
  for (int i = 0; i < 4; i++) {
    int c = j->at < j->end ? *j->at++ : 0;
    if (c >= '0' && c <= '9') value = value * 16 + c - '0';
    else if ((c | 32) >= 'a' && (c | 32) <= 'f') value = value * 16 + (c | 32) - 'a' + 10;
    else return -1;
  }
  return value;
}

/* One character behind a backslash, a pair of escapes included; -1 when there is no such. */
static long json_escape(json *j) {
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  int c = j->at < j->end ? *j->at++ : 0;
  if (c != 'u') {
    const char *found = c ? strchr(names, c) : NULL;
    return found ? values[found - names] : -1;
  }
  long high = json_hex(j);
  if (high < 0xd800 || high > 0xdfff) return high;
  if (high > 0xdbff || !json_word(j, "\\u")) return -1;
  long low = json_hex(j);
  return low < 0xdc00 || low > 0xdfff ? -1 : 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* One character of UTF-8 from its first byte on; -1 when it is none. */
static long json_utf8(json *j, int first) {
  int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  long value = first & (0x3f >> more);
  if (first < 0xc2 || first > 0xf4 || j->end - j->at < more) return -1;
  for (int i = 0; i < more; i++) {
    if ((*j->at & 0xc0) != 0x80) return -1;
    value = value << 6 | (*j->at++ & 0x3f);
  }
  if (value < (more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80)) return -1;
  return value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff) ? -1 : value;
}

/* A string, with a hash of its characters and their number. What is in ASCII and fits goes to `text`. */
static int json_string(json *j, char *text, uint64_t *hash) {
  uint64_t sum = 1469598103934665603u;
  size_t length = 0;
  if (!json_take(j, '"')) return 0;
  while (!json_take(j, '"')) {
    if (j->at == j->end || *j->at < 0x20) return 0;
    long one = *j->at++;
    if (one == '\\') one = json_escape(j);
    else if (one >= 0x80) one = json_utf8(j, (int)one);
    if (one < 0) return 0;
    sum = (sum ^ (uint64_t)one) * 1099511628211u;
    if (text && length < JSON_KEY - 1) text[length] = one < 0x80 ? (char)one : '?';
    length++;
  }
  if (text) text[length < JSON_KEY - 1 ? length : JSON_KEY - 1] = 0;
  if (hash) *hash = sum;
  return 1;
}

static int json_digits(json *j) {
  const uint8_t *from = j->at;
  while (j->at < j->end && *j->at >= '0' && *j->at <= '9') j->at++;
  return j->at > from;
}

static int json_number(json *j, char shape) {
  char text[64];
  const uint8_t *from = j->at;
  json_take(j, '-');
  if (!json_take(j, '0') && !json_digits(j)) return 0;
  if (json_take(j, '.') && !json_digits(j)) return 0;
  if (json_take(j, 'e') || json_take(j, 'E')) {
    if (!json_take(j, '+')) json_take(j, '-');
    if (!json_digits(j)) return 0;
  }
  if (shape == '*') return 1;
  size_t length = (size_t)(j->at - from);
  if (length >= sizeof text) return 0;
  memcpy(text, from, length);
  text[length] = 0;
  if (shape == 'i') {
    double value = strtod(text, NULL);
    return value >= -2147483648.0 && value <= 2147483647.0 && value == (double)(int64_t)value;
  }
  if (strspn(text, "0123456789") != length) {
    double value = strtod(text, NULL);
    return value >= 0 && value < (shape == 'u' ? 4294967296.0 : 18446744073709551616.0) && value == (double)(uint64_t)value;
  }
  return length < (shape == 'u' ? 10 : 20) || (length == (shape == 'u' ? 10 : 20) && strcmp(text, shape == 'u' ? "4294967295" : "18446744073709551615") <= 0);
}

static int json_order(const void *one, const void *other) {
  uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
  return (a > b) - (a < b);
}

/* Behind a member's shape: the comma or the bracket on its own level. */
static const char *json_skip(const char *shape) {
  for (int depth = 0; *shape; shape++) {
    if (*shape == '{' || *shape == '[') depth++;
    else if (*shape == '}' || *shape == ']') {
      if (depth-- == 0) return shape;
    } else if (*shape == ',' && depth == 0) return shape;
  }
  return shape;
}

/* The shape of a member, and its place in the list of those that are needed; "*" and -1 for one that is not in it. */
static const char *json_member(const char *shape, const char *key, int *place) {
  size_t length = strlen(key);
  *place = -1;
  if (*shape != '{') return "*";
  if (shape[1] == '*') return shape + 3;
  const char *at = shape + 1;
  for (int i = 0; *at && *at != '}'; i++) {
    size_t name = strcspn(at, ":");
    if (name == length && !memcmp(at, key, length)) {
      *place = i;
      return at + name + 1;
    }
    at = json_skip(at + name + 1);
    if (*at == ',') at++;
  }
  return "*";
}

static int json_needed(const char *shape) {
  int count = 0;
  if (*shape != '{' || shape[1] == '*' || shape[1] == '}') return 0;
  for (const char *at = shape + 1; *at && *at != '}'; count++) {
    at = json_skip(at);
    if (*at == ',') at++;
  }
  return count;
}

static int json_object(json *j, const char *shape) {
  uint64_t *keys = NULL;
  size_t count = 0, room = 0;
  int good = 0, seen = 0, place;
  char key[JSON_KEY];
  json_space(j);
  if (json_take(j, '}')) return json_needed(shape) == 0;
  do {
    if (count == room) {
      uint64_t *more = realloc(keys, (room = room ? 2 * room : 8) * sizeof *keys);
      if (!more) goto end;
      keys = more;
    }
    json_space(j);
    if (!json_string(j, key, &keys[count++])) goto end;
    json_space(j);
    if (!json_take(j, ':') || !json_value(j, json_member(shape, key, &place))) goto end;
    if (place >= 0) seen |= 1 << place;
    json_space(j);
  } while (json_take(j, ','));
  if (!json_take(j, '}') || seen != (1 << json_needed(shape)) - 1) goto end;
  qsort(keys, count, sizeof *keys, json_order);
  good = 1;
  for (size_t i = 1; i < count; i++) if (keys[i] == keys[i - 1]) good = 0;
end:
  free(keys);
  return good;
}

static int json_array(json *j, const char *shape) {
  json_space(j);
  if (json_take(j, ']')) return 1;
  do {
    if (!json_value(j, *shape == '[' ? shape + 1 : "*")) return 0;
    json_space(j);
  } while (json_take(j, ','));
  return json_take(j, ']');
}

static int json_value(json *j, const char *shape) {
  int good, any = *shape == '*';
  json_space(j);
  switch (j->at < j->end ? *j->at : 0) {
  case '{':
  case '[':
    if (++j->depth > JSON_DEPTH) return 0;
    if (*j->at++ == '{') good = (any || *shape == '{' || *shape == 'o') && json_object(j, shape);
    else good = (any || *shape == '[') && json_array(j, shape);
    j->depth--;
    return good;
  case '"': return (any || *shape == 's') && json_string(j, NULL, NULL);
  case 't': return any && json_word(j, "true");
  case 'f': return any && json_word(j, "false");
  case 'n': return any && json_word(j, "null");
  default: return (any || *shape == 'u' || *shape == 'U' || *shape == 'i') && json_number(j, *shape);
  }
}

/* Whether a request is JSON that the ABI allows, and of this shape. Nothing before or after it is read. */
__attribute__((unused)) static int is_request(const uint8_t *request, size_t len, const char *shape) {
  json j = {request, request + len, 0};
  if (len == 0 || !json_value(&j, shape)) return 0;
  json_space(&j);
  return j.at == j.end;
}
#endif
