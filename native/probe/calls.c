/* Calls of the plugin: one after another on the main thread, or beside each other on threads of their own. */
#include "judge.h"
#include <string.h>

enum { MOST_BESIDE = 64 };

typedef struct {
  frame *first;
  frame *last;
} frame_list;

static platform_lock *lock;
static platform_signal *news;
static frame_list in_order; /* for the main thread */
static frame_list beside;   /* waits for one of the threads to be free */
static int running_beside;

static void push(frame_list *list, frame *one) {
  one->next = NULL;
  if (list->first == NULL) list->first = one;
  else list->last->next = one;
  list->last = one;
}

static frame *pop(frame_list *list) {
  frame *one = list->first;
  if (one != NULL) list->first = one->next;
  return one;
}

void calls_open(void) {
  lock = lock_new();
  news = signal_new();
}

/* What can be read of a reply: nothing where there is no pointer, or the length cannot be true. */
static size_t readable(const abi_buffer *slot) { return slot->ptr == NULL || slot->len > MAX_BODY ? 0 : slot->len; }

static void begin(uint32_t id) {
  frame_header header = {.kind = KIND_BEGIN, .id = id};
  channel_send(&header, NULL, NULL, 0);
}

void call_make(frame *one) {
  /* A plugin that writes beyond the slot must not spoil what is ours. */
  struct {
    abi_buffer slot;
    abi_buffer spare[3];
  } place = {{NULL, 0}, {{NULL, 0}}};
  begin(one->header.id);
  double started = clock_ns();
  int code = watched_call(one->method, one->body, one->header.body_len, &place.slot);
  double took = clock_ns() - started;
  size_t length = readable(&place.slot);
  frame_header reply = {.kind = KIND_REPLY, .id = one->header.id, .code = code, .a = took, .b = (double)place.slot.len};
  if (place.slot.ptr == NULL) reply.flags = FLAG_NULL_POINTER;
  /* A copy, so that the reply leaves when the call is over: a crash in free_buffer belongs to it. */
  void *copy = block_try(length);
  if (copy == NULL) fault("there is no memory for a reply");
  if (length > 0) memcpy(copy, place.slot.ptr, length);
  if (place.slot.ptr != NULL) watched_free(place.slot.ptr, place.slot.len);
  channel_send(&reply, NULL, copy, length);
  block_give(copy);
  frame_free(one);
}

/* The same call many times and one reply, with the total time and the last code. */
static void loop(frame *one) {
  const frame_header *asked = &one->header;
  int copied = (asked->flags & FLAG_COPIED) != 0;
  abi_buffer slot = {NULL, 0};
  size_t room = (size_t)asked->body_len + 4096;
  uint8_t *request = block_take(asked->body_len);
  uint8_t *reply = block_take(room);
  memcpy(request, one->body, asked->body_len);
  memset(reply, 0, room);
  int code = 0;
  begin(asked->id);
  double started = clock_ns();
  for (double i = 0; i < asked->a; i++) {
    if (copied) memcpy(request, one->body, asked->body_len);
    slot.ptr = NULL;
    slot.len = 0;
    code = plugin_table.call(one->method, request, asked->body_len, &slot);
    if (slot.ptr == NULL) continue;
    size_t length = copied ? readable(&slot) : 0;
    if (length > room) {
      block_give(reply);
      reply = block_take(room = length);
    }
    if (length > 0) memcpy(reply, slot.ptr, length);
    plugin_table.free_buffer(slot.ptr, slot.len);
  }
  frame_header header = {.kind = KIND_REPLY, .id = asked->id, .code = code, .a = clock_ns() - started};
  header.b = (double)slot.len;
  channel_send(&header, NULL, NULL, 0);
  block_give(request);
  block_give(reply);
  frame_free(one);
}

/* A thread that makes calls until none waits. */
static void make_beside(void *first) {
  for (frame *one = first; one != NULL;) {
    call_make(one);
    lock_take(lock);
    one = pop(&beside);
    if (one == NULL) {
      running_beside--;
      signal_wake(news);
    }
    lock_drop(lock);
  }
}

void calls_take(frame *one) {
  int start = 0;
  lock_take(lock);
  if ((one->header.flags & FLAG_CONCURRENT) == 0 || one->header.kind != KIND_CALL) {
    push(&in_order, one);
    signal_wake(news);
  } else if (running_beside >= MOST_BESIDE) {
    push(&beside, one);
  } else {
    running_beside++;
    start = 1;
  }
  lock_drop(lock);
  if (start && thread_start(make_beside, one) != 0) fault("no thread could be started for a call");
}

frame *calls_serve(void) {
  for (;;) {
    lock_take(lock);
    while (in_order.first == NULL || (in_order.first->header.kind == KIND_STOP && running_beside > 0)) {
      signal_wait(news, lock);
    }
    frame *one = pop(&in_order);
    lock_drop(lock);
    if (one->header.kind == KIND_STOP) return one;
    if (one->header.kind == KIND_PERFORM) experiment_perform(one);
    else if (one->header.kind == KIND_LOOP) loop(one);
    else call_make(one);
  }
}
