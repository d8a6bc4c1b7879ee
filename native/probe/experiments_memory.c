/* Whose memory is it? Replies that are held, compared and freed in ways that a host may choose. */
#include "memory.h"
#include <string.h>

static uint64_t hash_of(const void *bytes, size_t length) {
  const uint8_t *at = bytes;
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < length; i++) hash = (hash ^ at[i]) * 0x100000001b3u;
  return hash;
}

typedef struct {
  abi_buffer slot;
  const char *method;
  uint64_t hash;
} held;

enum { MOST_HELD = 4096, MOST_HELD_BYTES = 64 << 20 };

/* Replies in hand, and how much they are. */
typedef struct {
  held *all;
  size_t count;
} hand;

/* Calls the samples in turn and keeps what they bring, until there are `wanted` replies or the time is up. */
static hand take_replies(const samples *some, size_t wanted, double limit_ms) {
  hand mine = {block_take(wanted * sizeof(held)), 0};
  double end = clock_ns() + limit_ms * 1e6;
  size_t bytes = 0;
  for (size_t i = 0; mine.count < wanted && some->count > 0; i++) {
    if (i >= 2 * wanted || bytes > MOST_HELD_BYTES || clock_ns() > end) break;
    const sample *one = &some->all[i % some->count];
    abi_buffer slot = {NULL, 0};
    step_note("taking reply %.0f of %.0f", (double)mine.count + 1, (double)wanted);
    watched_call(one->method, one->body, one->length, &slot);
    if (slot.ptr == NULL || slot.len > MAX_BODY) continue;
    mine.all[mine.count++] = (held){slot, one->method, hash_of(slot.ptr, slot.len)};
    bytes += slot.len;
  }
  return mine;
}

static int is_same(const held *one) { return hash_of(one->slot.ptr, one->slot.len) == one->hash; }

static int overlap(const held *one, const held *other) {
  uintptr_t a = (uintptr_t)one->slot.ptr, b = (uintptr_t)other->slot.ptr;
  return a < b + other->slot.len && b < a + one->slot.len;
}

/* One text that two replies share and nobody can write: no reply spoils the other. */
static int share_constant(const held *one, const held *other) {
  return one->slot.ptr == other->slot.ptr && is_constant(one->slot.ptr);
}

static void tell_pair(observation *seen, const char *name, const held *one, const held *other) {
  observe_text(seen, name, "%s at %p (%zu bytes), %s at %p (%zu bytes)", one->method, one->slot.ptr, one->slot.len,
               other->method, other->slot.ptr, other->slot.len);
}

/* Holds many replies at once: each has to keep its bytes and its place for itself. */
static void alias(const frame *asked, observation *seen) {
  samples some = samples_of(asked);
  size_t wanted = (size_t)parameter_number(asked, "count", 64);
  hand mine = take_replies(&some, wanted < MOST_HELD ? wanted : MOST_HELD, parameter_number(asked, "limit", 1000));
  size_t shared = 0;
  for (size_t i = 0; i < mine.count; i++) {
    held *one = &mine.all[i];
    if (!is_same(one)) observe_text(seen, "changed", "%s at %p (%zu bytes)", one->method, one->slot.ptr, one->slot.len);
    for (size_t j = 0; j < i; j++) {
      if (mine.all[j].slot.len == 0 || !overlap(one, &mine.all[j]) || share_constant(one, &mine.all[j])) continue;
      if (shared++ == 0) tell_pair(seen, "overlap", &mine.all[j], one);
    }
  }
  observe_number(seen, "held", (double)mine.count);
  observe_number(seen, "shared", (double)shared);
  /* Two replies in one place cannot both be freed. */
  for (size_t i = 0; i < mine.count && shared == 0; i++) watched_free(mine.all[i].slot.ptr, mine.all[i].slot.len);
  block_give(mine.all);
  samples_free(&some);
}

static void shuffle(hand *mine, uint64_t seed) {
  uint64_t state = seed * 2 + 1;
  for (size_t i = mine->count; i > 1; i--) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    held *one = &mine->all[i - 1], *other = &mine->all[state % i];
    held kept = *one;
    *one = *other;
    *other = kept;
  }
}

static void free_all(void *given) {
  hand *mine = given;
  for (size_t i = 0; i < mine->count; i++) {
    step_note("freeing reply %.0f of %.0f", (double)i + 1, (double)mine->count);
    watched_free(mine->all[i].slot.ptr, mine->all[i].slot.len);
  }
}

/* Frees in the order of the hand, and says whose bytes are spoiled by that. */
static void free_checked(hand *mine, observation *seen) {
  for (size_t i = 0; i < mine->count; i++) mine->all[i].hash = hash_of(mine->all[i].slot.ptr, mine->all[i].slot.len);
  for (size_t i = 0; i < mine->count; i++) {
    held *one = &mine->all[i];
    step_note("freeing reply %.0f of %.0f", (double)i + 1, (double)mine->count);
    if (!is_same(one)) observe_text(seen, "changed", "%s at %p (%zu bytes)", one->method, one->slot.ptr, one->slot.len);
    watched_free(one->slot.ptr, one->slot.len);
  }
}

/* The usual way: each reply is freed before the next call. Returns how many there were. */
static size_t use_in_turn(const samples *some, size_t wanted, double limit_ms) {
  size_t replies = 0;
  double end = clock_ns() + limit_ms * 1e6;
  for (size_t i = 0; i < wanted && some->count > 0 && clock_ns() < end; i++) {
    const sample *one = &some->all[i % some->count];
    abi_buffer slot = {NULL, 0};
    watched_call(one->method, one->body, one->length, &slot);
    if (slot.ptr == NULL) continue;
    watched_free(slot.ptr, slot.len);
    replies++;
  }
  return replies;
}

/* Takes replies and frees them as usual and then in another way; what each way leaves in the plugin's hands is told. */
static void free_in(const frame *asked, observation *seen, int elsewhere) {
  samples some = samples_of(asked);
  size_t wanted = (size_t)parameter_number(asked, "count", 1000);
  double limit = parameter_number(asked, "limit", 1000);
  if (wanted > MOST_HELD) wanted = MOST_HELD;
  ledger_begin();
  observe_number(seen, "usual-replies", (double)use_in_turn(&some, wanted, limit));
  observe_number(seen, "usual-left", (double)ledger_now().blocks);
  ledger_begin();
  hand mine = take_replies(&some, wanted, limit);
  observe_number(seen, "replies", (double)mine.count);
  observe_number(seen, "held", (double)ledger_now().blocks);
  if (elsewhere) {
    joined_thread *thread = thread_begin(free_all, &mine, 0);
    if (thread == NULL) fault("no thread could be started for an experiment");
    thread_join(thread);
  } else {
    shuffle(&mine, (uint64_t)parameter_number(asked, "seed", 1));
    free_checked(&mine, seen);
  }
  observe_number(seen, "left", (double)held_after_all(mine.count / 10));
  ledger_end();
  block_give(mine.all);
  samples_free(&some);
}

static void free_order(const frame *asked, observation *seen) { free_in(asked, seen, 0); }
static void free_thread(const frame *asked, observation *seen) { free_in(asked, seen, 1); }

static void free_null(const frame *asked, observation *seen) {
  (void)asked;
  for (int i = 0; i < 3; i++) {
    step_note("free_buffer(NULL, 0)", 0, 0);
    watched_free(NULL, 0);
  }
  observe_number(seen, "freed", 3);
}

/* Replies that lie in the plugin's own file. */
static void image_pointers(const frame *asked, observation *seen) {
  samples some = samples_of(asked);
  for (size_t i = 0; i < some.count; i++) {
    const sample *one = &some.all[i];
    abi_buffer slot = {NULL, 0};
    watched_call(one->method, one->body, one->length, &slot);
    if (slot.ptr == NULL) continue;
    if (in_plugin(slot.ptr)) {
      const char *kind = is_constant(slot.ptr) ? "constant" : "writable";
      observe_text(seen, "inside", "%s: %p (%zu bytes), %s", one->method, slot.ptr, slot.len, kind);
    }
    watched_free(slot.ptr, slot.len);
  }
  samples_free(&some);
}

static void answers(const frame *asked, observation *seen) {
  (void)asked;
  answer_counts now = answers_now();
  observe_number(seen, "given", (double)now.given);
  observe_number(seen, "freed", (double)now.freed);
}

const experiment memory_experiments[] = {
    {"mem.alias", alias},         {"mem.free-order", free_order},     {"mem.free-thread", free_thread},
    {"mem.free-null", free_null}, {"mem.image-ptr", image_pointers},  {"mem.answers", answers},
    {"mem.free-len", free_whole}, {"mem.balance", balance},           {NULL, NULL},
};
