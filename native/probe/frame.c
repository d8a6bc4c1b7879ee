/* The header of the session protocol, little endian: u32 bytes after the header, u8 kind, u8 flags, u16 length of the
 * method with its terminator, u32 id, i32 code, f64 a, f64 b. Read byte by byte: no alignment, no byte order of ours. */
#include "probe.h"
#include <string.h>

static void put32(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get32(const uint8_t *at) {
  uint32_t value = 0;
  for (int i = 3; i >= 0; i--) value = value << 8 | at[i];
  return value;
}

static void put_double(uint8_t *at, double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  put32(at, (uint32_t)bits);
  put32(at + 4, (uint32_t)(bits >> 32));
}

static double get_double(const uint8_t *at) {
  uint64_t bits = (uint64_t)get32(at + 4) << 32 | get32(at);
  double number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

void frame_encode(uint8_t out[HEADER_SIZE], const frame_header *header) {
  put32(out, header->method_len + header->body_len);
  out[4] = header->kind;
  out[5] = header->flags;
  out[6] = (uint8_t)header->method_len;
  out[7] = (uint8_t)(header->method_len >> 8);
  put32(out + 8, header->id);
  put32(out + 12, (uint32_t)header->code);
  put_double(out + 16, header->a);
  put_double(out + 24, header->b);
}

/* What cpex sends to a probe, and the flags that may come with it. */
static int known(uint8_t kind, uint8_t flags) {
  switch (kind) {
  case KIND_CALL:
    return (flags & ~(FLAG_CONCURRENT | FLAG_NESTED)) == 0;
  case KIND_LOOP:
    return (flags & ~FLAG_COPIED) == 0;
  case KIND_STOP:
  case KIND_ANSWER:
  case KIND_START:
  case KIND_PERFORM:
  case KIND_STACKS:
    return flags == 0;
  default:
    return 0;
  }
}

/* Also false for what is no number. */
static int countable(double number) { return number >= 0 && number <= 9007199254740992.0; }

const char *frame_decode(const uint8_t in[HEADER_SIZE], frame_header *header) {
  uint32_t length = get32(in);
  header->kind = in[4];
  header->flags = in[5];
  header->method_len = (uint32_t)in[6] | (uint32_t)in[7] << 8;
  header->id = get32(in + 8);
  header->code = (int32_t)get32(in + 12);
  header->a = get_double(in + 16);
  header->b = get_double(in + 24);
  if (!known(header->kind, header->flags)) return "a frame of a kind or with flags that a probe does not know";
  if (header->method_len == 0 || header->method_len > length) return "a frame whose method does not fit into it";
  if (header->method_len > MAX_METHOD + 1) return "a frame with a method name that is too long";
  header->body_len = length - header->method_len;
  if (header->body_len > MAX_BODY) return "a frame with a body that is too long";
  if (!countable(header->a) || !countable(header->b)) return "a frame with a number that is none";
  return NULL;
}

void frame_free(frame *one) {
  if (one == NULL) return;
  block_give(one->method);
  block_give(one->body);
  block_give(one);
}
