/* The host as the plugin sees it: a table with two functions. A request goes to cpex and its thread waits for the
 * answer; a call that cpex wants made before it answers is made by that thread. */
#include "judge.h"
#include <string.h>

enum { FAILED = 1 };

/* A thread of the plugin that waits, with the frames that have come for it. */
typedef struct waiter {
  struct waiter *next;
  uint32_t id;
  frame *first;
  frame *last;
  platform_signal *news;
} waiter;

static platform_lock *lock;
static waiter *waiters;
static uint32_t last_id;
static int closed;
static int optional_response;
/* Its address is the context that has to come back: not that of the table, which some plugins hand over instead. */
static char context_mark[16];
/* The plugin's copy of the host; NULL where it is not guarded. */
static guard_block *guarded_table;

static void enlist(waiter *one) {
  lock_take(lock);
  one->id = ++last_id;
  one->next = waiters;
  waiters = one;
  lock_drop(lock);
}

static void leave(waiter *one) {
  lock_take(lock);
  for (waiter **at = &waiters; *at != NULL; at = &(*at)->next) {
    if (*at != one) continue;
    *at = one->next;
    break;
  }
  lock_drop(lock);
}

static frame *next_for(waiter *one) {
  lock_take(lock);
  while (one->first == NULL) signal_wait(one->news, lock);
  frame *got = one->first;
  one->first = got->next;
  lock_drop(lock);
  return got;
}

void host_take(frame *one) {
  int answer = one->header.kind == KIND_ANSWER;
  /* A nested call names the request during which it comes in `a`. */
  double id = answer ? (double)one->header.id : one->header.a;
  lock_take(lock);
  waiter *found = waiters;
  while (found != NULL && (double)found->id != id) found = found->next;
  if (found != NULL) {
    if (found->first == NULL) found->first = one;
    else found->last->next = one;
    found->last = one;
    signal_wake(found->news);
  }
  lock_drop(lock);
  if (found == NULL) fault("an answer, or a call, for a request that nobody has made");
}

void host_close(void) {
  lock_take(lock);
  closed = 1;
  lock_drop(lock);
  if (guarded_table != NULL && is_guarded(GUARD_SILENCE)) guard_close(guarded_table, "after shutdown");
  answers_end();
}

static int is_closed(void) {
  lock_take(lock);
  int now = closed;
  lock_drop(lock);
  return now;
}

/* Hands the answer to the plugin, which gives it back through host_free. */
static int settle(frame *answer, const char *method, abi_buffer *response) {
  int code = answer->header.code;
  if (response != NULL && answer->header.body_len > 0) {
    response->len = answer->header.body_len;
    response->ptr = answer_give(answer, method);
  }
  frame_free(answer);
  return code;
}

/* Reads a byte of each page. A request that is not there has to end the plugin here: a system that finds it out while it
 * sends would leave half a frame behind. */
static void touch(const uint8_t *bytes, size_t length) {
  enum { SMALLEST_PAGE = 4096 };
  for (size_t at = 0; at < length; at += SMALLEST_PAGE) (void)*(const volatile uint8_t *)(bytes + at);
  if (length > 0) (void)*(const volatile uint8_t *)(bytes + length - 1);
}

static int ask(const char *method, const uint8_t *request, size_t length, abi_buffer *response) {
  if (response == NULL && !optional_response) return FAILED;
  if (response != NULL) {
    response->ptr = NULL;
    response->len = 0;
  }
  if (method == NULL || length > MAX_BODY || (request == NULL && length > 0)) return FAILED;
  if (strlen(method) > MAX_METHOD) return FAILED;
  touch(request, length);
  if (is_closed()) {
    frame_header late = {.kind = KIND_LATE_ASK};
    channel_send(&late, method, request, length);
    return FAILED;
  }
  waiter self = {.news = signal_new()};
  enlist(&self);
  frame_header header = {.kind = KIND_ASK, .id = self.id, .a = this_thread.method == NULL};
  channel_send(&header, method, request, length);
  frame *got = next_for(&self);
  while (got->header.kind != KIND_ANSWER) {
    call_make(got);
    got = next_for(&self);
  }
  leave(&self);
  signal_free(self.news);
  return settle(got, method, response);
}

static int host_call(void *context, const char *method, const uint8_t *request, size_t length, abi_buffer *response) {
  int before = this_thread.aside;
  this_thread.aside = 1;
  if (context != context_mark) {
    breach("cb.ctx", "%s was asked for with the context %p; the host's table says %p.", method == NULL ? "Nothing" : method,
           context, (void *)context_mark);
  }
  int code = ask(method, request, length, response);
  this_thread.aside = before;
  return code;
}

static void host_free(void *block, size_t length) {
  int before = this_thread.aside;
  this_thread.aside = 1;
  answer_free(block, length);
  this_thread.aside = before;
}

static abi_host *new_table(void) {
  if (is_guarded(GUARD_TABLES) || is_guarded(GUARD_READ_ONLY) || is_guarded(GUARD_SILENCE)) {
    guard_side side = is_guarded(GUARD_TABLES) ? GUARD_END : GUARD_OFF;
    guarded_table = guard_open(sizeof(abi_host), side, 0, "the host's table", NULL);
    if (guarded_table != NULL) return (abi_host *)guarded_table->at;
  }
  abi_host *plain = block_take(sizeof *plain);
  memset(plain, 0, sizeof *plain);
  return plain;
}

const abi_host *host_table(uint32_t abi_version, int may_lack_response) {
  optional_response = may_lack_response;
  abi_host *table = new_table();
  table->abi_version = abi_version;
  table->host_ctx = context_mark;
  table->call = host_call;
  table->free_buffer = host_free;
  if (guarded_table != NULL && is_guarded(GUARD_READ_ONLY)) guard_fix(guarded_table);
  return table;
}

void host_open(void) { lock = lock_new(); }
