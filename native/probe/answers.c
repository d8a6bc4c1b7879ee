/* Answers of the host in the hands of the plugin: each is on record from the moment it is given until it is freed, and for
 * a while after. */
#include "judge.h"
#include <stdatomic.h>
#include <string.h>

/* Answers beyond MOST_GUARDED that are never freed leave pages for other things. */
enum { BUCKETS = 1024, REMEMBERED = 512, MOST_GUARDED = 4096 };

typedef struct answer {
  struct answer *next;
  uint8_t *at;
  size_t length;
  guard_block *guarded; /* NULL: an ordinary block */
  char method[64];
} answer;

static platform_lock *lock;
static answer *living[BUCKETS];
static answer freed[REMEMBERED];
static size_t next_freed;
static answer_counts counts;

/* What can be done wrong with an answer; each is told once. */
enum misuse { TWICE, STRANGE, WRONG_LENGTH, WRONG_FREE, MISUSES };
static atomic_flag told[MISUSES];

static int is_news(enum misuse kind) { return !atomic_flag_test_and_set(&told[kind]); }

void answers_init(void) { lock = lock_new(); }

static answer **bucket_of(const void *at) { return &living[((uintptr_t)at >> 4) % BUCKETS]; }

/* An address that is given out again was not freed before. */
static void forget_freed(const void *at) {
  for (size_t i = 0; i < REMEMBERED; i++) {
    if (freed[i].at == at) freed[i].at = NULL;
  }
}

answer_counts answers_now(void) {
  lock_take(lock);
  answer_counts now = counts;
  lock_drop(lock);
  return now;
}

void *answer_give(frame *from, const char *method) {
  size_t length = from->header.body_len;
  answer *one = block_take(sizeof *one);
  memset(one, 0, sizeof *one);
  strncpy(one->method, method, sizeof one->method - 1);
  one->length = length;
  answer_counts now = answers_now();
  int guarded = is_guarded(GUARD_ANSWERS) || is_guarded(GUARD_FREED) || is_guarded(GUARD_PAGES);
  if (guarded && now.given - now.freed < MOST_GUARDED) {
    guard_side side = is_guarded(GUARD_ANSWERS) ? GUARD_END : GUARD_OFF;
    one->guarded = guard_open(length, side, 0, "the host's answer to", method);
  }
  if (one->guarded != NULL) {
    one->at = one->guarded->at;
    memcpy(one->at, from->body, length);
  } else {
    one->at = from->body;
    from->body = NULL;
  }
  lock_take(lock);
  counts.given++;
  if (one->guarded == NULL) forget_freed(one->at);
  answer **bucket = bucket_of(one->at);
  one->next = *bucket;
  *bucket = one;
  lock_drop(lock);
  return one->at;
}

/* Takes an answer off the record; NULL when there is none at that address. */
static answer *strike(const void *at) {
  lock_take(lock);
  answer **place = bucket_of(at);
  while (*place != NULL && (*place)->at != at) place = &(*place)->next;
  answer *found = *place;
  if (found != NULL) {
    *place = found->next;
    counts.freed++;
    freed[next_freed] = *found;
    next_freed = (next_freed + 1) % REMEMBERED;
  }
  lock_drop(lock);
  return found;
}

static void release(answer *one) {
  if (one->guarded == NULL) block_give(one->at);
  else if (is_guarded(GUARD_FREED)) guard_close(one->guarded, "after it was freed");
  else guard_reuse(one->guarded);
  block_give(one);
}

/* No answer lives at this address: says what is known of it. */
static void tell_stranger(const void *at, size_t length) {
  char method[64] = "";
  lock_take(lock);
  for (size_t i = 0; i < REMEMBERED; i++) {
    if (freed[i].at == at) memcpy(method, freed[i].method, sizeof method);
  }
  lock_drop(lock);
  if (!is_news(method[0] != 0 ? TWICE : STRANGE)) return;
  if (method[0] != 0) {
    breach(HOST_FREE, "The plugin freed the host's answer to %s (%zu bytes) twice.", method, length);
    return;
  }
  char beside[160];
  const char *known = guard_describe(at, beside, sizeof beside);
  breach(HOST_FREE, "The plugin gave host->free_buffer a pointer that no answer of the host has: %p, %zu bytes%s%s.", at,
         length, known == NULL ? "" : "; it is ", known == NULL ? "" : known);
}

void answer_free(const void *at, size_t length) {
  if (at == NULL) return;
  answer *found = strike(at);
  if (found == NULL) {
    tell_stranger(at, length);
    return;
  }
  if (found->length != length && is_news(WRONG_LENGTH)) {
    breach(HOST_FREE, "The plugin freed the host's answer to %s (%zu bytes) with the length %zu.", found->method,
           found->length, length);
  }
  release(found);
}

int answer_misfree(const void *at, const char *function) {
  if (guard_find(at) == NULL) return 0;
  answer *found = strike(at);
  if (found == NULL) return 0;
  if (is_news(WRONG_FREE)) {
    breach(HOST_FREE, "The plugin freed the host's answer to %s (%zu bytes) by %s, not by host->free_buffer.",
           found->method, found->length, function);
  }
  release(found);
  return 1;
}

void answers_end(void) {
  answer_counts now = answers_now();
  if (now.given == now.freed) return;
  answer one = {.at = NULL};
  lock_take(lock);
  for (size_t i = 0; i < BUCKETS && one.at == NULL; i++) {
    if (living[i] != NULL) one = *living[i];
  }
  lock_drop(lock);
  if (one.at == NULL) return;
  breach(HOST_FREE, "The plugin never freed %zu of the %zu answers that the host gave it, such as that to %s (%zu bytes).",
         now.given - now.freed, now.given, one.method, one.length);
}
