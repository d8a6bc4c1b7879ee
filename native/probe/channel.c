/* Frames over the wire: one locked writer for all threads, one reader that belongs to the reader thread. */
#include "probe.h"
#include <stdio.h>
#include <string.h>

static platform_lock *writer;
/* What fits in here leaves in one write. */
static uint8_t outgoing[64 * 1024];

static uint8_t incoming[64 * 1024];
static size_t from, to;

/* Whether this thread is sending, and whether no byte of its frame has left yet. */
static _Thread_local int holds_writer;
static volatile int composing;

static void send_locked(const frame_header *header, const char *method, const void *body, size_t length) {
  composing = 1;
  frame_header whole = *header;
  size_t name = method == NULL ? 0 : strlen(method);
  if (name > MAX_METHOD) name = MAX_METHOD;
  whole.method_len = (uint32_t)name + 1;
  whole.body_len = (uint32_t)length;
  frame_encode(outgoing, &whole);
  size_t size = HEADER_SIZE;
  if (name > 0) memcpy(outgoing + size, method, name);
  outgoing[size + name] = 0;
  size += name + 1;
  int fits = length <= sizeof outgoing - size;
  if (fits && length > 0) memcpy(outgoing + size, body, length);
  if (fits) size += length;
  composing = 0;
  int failed = wire_send(outgoing, size);
  if (!fits && !failed) wire_send(body, length);
}

void channel_send(const frame_header *header, const char *method, const void *body, size_t length) {
  if (writer == NULL) writer = lock_new(); /* the first frame leaves before there are threads */
  lock_take(writer);
  holds_writer = 1;
  send_locked(header, method, body, length);
  holds_writer = 0;
  lock_drop(writer);
}

void channel_send_last(const frame_header *header, const char *method, const void *body, size_t length) {
  if (writer == NULL) return;
  /* A thread that crashed while it put a frame together has the lock; nothing of that frame has left. */
  int mine = composing && holds_writer;
  for (int tries = 0; tries < 50 && !mine && !(mine = lock_try(writer)); tries++) sleep_ms(10);
  if (!mine) return;
  send_locked(header, method, body, length);
  composing = holds_writer;
  if (!holds_writer) lock_drop(writer);
}

/* Exactly that many bytes, from the buffer first. Returns 0 at the end. */
static int receive(void *bytes, size_t length) {
  uint8_t *out = bytes;
  while (length > 0) {
    if (from == to) {
      int direct = length >= sizeof incoming;
      size_t got = wire_receive(direct ? out : incoming, direct ? length : sizeof incoming);
      if (got == 0) return 0;
      if (direct) {
        out += got;
        length -= got;
        continue;
      }
      from = 0;
      to = got;
    }
    size_t part = to - from < length ? to - from : length;
    memcpy(out, incoming + from, part);
    from += part;
    out += part;
    length -= part;
  }
  return 1;
}

frame *channel_next(void) {
  uint8_t head[HEADER_SIZE];
  frame_header header;
  if (!receive(head, sizeof head)) return NULL;
  const char *problem = frame_decode(head, &header);
  if (problem != NULL) fault(problem);
  frame *one = block_take(sizeof *one);
  one->next = NULL;
  one->header = header;
  one->method = block_take(header.method_len);
  one->body = block_try(header.body_len);
  if (one->body == NULL) fault("there is no memory for a body");
  if (!receive(one->method, header.method_len) || !receive(one->body, header.body_len)) {
    frame_free(one);
    return NULL;
  }
  if (memchr(one->method, 0, header.method_len) != one->method + header.method_len - 1) {
    fault("a frame with a method name that does not end where it should");
  }
  return one;
}

_Noreturn void fault(const char *text) {
  frame_header header = {.kind = KIND_FAULT};
  channel_send(&header, NULL, text, strlen(text));
  fprintf(stderr, "cpex probe: %s\n", text);
  fflush(stderr);
  process_end(70);
}
