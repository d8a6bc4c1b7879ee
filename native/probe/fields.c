/* Named values in a body: written byte by byte, read with every length checked. */
#include "judge.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

field_reader fields_of(const frame *asked) {
  field_reader reader = {asked->body, asked->body + asked->header.body_len};
  return reader;
}

/* A length of `bytes` bytes, then that many bytes and a NUL. Returns where they begin, NULL when they do not fit. */
static const uint8_t *take(field_reader *reader, int bytes, size_t *length) {
  if (reader->end - reader->at < bytes) return NULL;
  size_t found = 0;
  for (int i = bytes - 1; i >= 0; i--) found = found << 8 | reader->at[i];
  const uint8_t *from = reader->at + bytes;
  if ((size_t)(reader->end - from) <= found || from[found] != 0) return NULL;
  reader->at = from + found + 1;
  *length = found;
  return from;
}

int field_next(field_reader *reader, field *out) {
  if (reader->at == reader->end) return 0;
  size_t name_length;
  const uint8_t *name = take(reader, 2, &name_length);
  out->bytes = name == NULL ? NULL : take(reader, 4, &out->length);
  if (out->bytes == NULL) fault("fields that are not well formed");
  out->name = (const char *)name;
  return 1;
}

const char *parameter(const frame *asked, const char *name) {
  field one;
  for (field_reader reader = fields_of(asked); field_next(&reader, &one);) {
    if (strcmp(one.name, name) == 0) return (const char *)one.bytes;
  }
  return NULL;
}

double parameter_number(const frame *asked, const char *name, double otherwise) {
  const char *text = parameter(asked, name);
  return text == NULL ? otherwise : strtod(text, NULL);
}

/* Bytes that a body takes up among others: each begins where a block of its own would. */
static size_t room_of(size_t length) { return (length + 15) / 16 * 16; }

samples samples_of(const frame *asked) {
  samples some = {NULL, 0};
  field one;
  size_t room = 0;
  for (field_reader reader = fields_of(asked); field_next(&reader, &one);) {
    if (strcmp(one.name, "method") == 0) some.count++;
    else if (strcmp(one.name, "body") == 0) room += room_of(one.length);
  }
  size_t table = room_of(some.count * sizeof *some.all);
  some.all = block_take(table + room);
  uint8_t *bodies = (uint8_t *)some.all + table;
  size_t at = 0;
  for (field_reader reader = fields_of(asked); field_next(&reader, &one);) {
    if (strcmp(one.name, "method") == 0) {
      some.all[at++] = (sample){.method = (const char *)one.bytes, .body = one.bytes + one.length, .length = 0};
    } else if (strcmp(one.name, "body") == 0 && at > 0) {
      memcpy(bodies, one.bytes, one.length);
      some.all[at - 1].body = bodies;
      some.all[at - 1].length = one.length;
      bodies += room_of(one.length);
    }
  }
  return some;
}

void samples_free(samples *some) {
  block_give(some->all);
  some->all = NULL;
  some->count = 0;
}

static uint8_t *grow(observation *seen, size_t more) {
  if (seen->room - seen->length < more) {
    size_t room = (seen->length + more) * 2;
    uint8_t *bytes = block_take(room);
    if (seen->length > 0) memcpy(bytes, seen->bytes, seen->length);
    block_give(seen->bytes);
    seen->bytes = bytes;
    seen->room = room;
  }
  uint8_t *at = seen->bytes + seen->length;
  seen->length += more;
  return at;
}

static uint8_t *put(uint8_t *at, int bytes, const void *value, size_t length) {
  for (int i = 0; i < bytes; i++) *at++ = (uint8_t)(length >> (8 * i));
  if (length > 0) memcpy(at, value, length);
  at[length] = 0;
  return at + length + 1;
}

void observe_bytes(observation *seen, const char *name, const void *bytes, size_t length) {
  size_t name_length = strlen(name);
  uint8_t *at = grow(seen, 2 + name_length + 1 + 4 + length + 1);
  put(put(at, 2, name, name_length), 4, bytes, length);
}

void observe_text(observation *seen, const char *name, const char *format, ...) {
  char text[1024];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(text, sizeof text, format, values);
  va_end(values);
  if (length < 0) length = 0;
  observe_bytes(seen, name, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

void observe_number(observation *seen, const char *name, double number) {
  observe_text(seen, name, "%.17g", number);
}
