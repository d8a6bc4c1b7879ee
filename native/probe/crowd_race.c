/* Calls beside something else: frees on other threads, changes of the configuration. */
#include "crowd.h"
#include <string.h>

/* ---- Replies that are freed by others ---- */

enum { MOST_WAITING = 256 };

typedef struct {
  size_t thread;
  size_t at;
  int code;
  abi_buffer slot;
} finished;

typedef struct {
  crowd all;
  platform_lock *lock;
  platform_signal *news;
  finished waiting[MOST_WAITING];
  size_t count;
  size_t callers; /* that are still at it */
  double until;
  double rounds;
} relay;

typedef struct {
  relay *shared;
  size_t index;
  int frees;
} runner;

static void hand_on(relay *shared, const finished *one) {
  lock_take(shared->lock);
  int full = shared->count == MOST_WAITING;
  if (!full) shared->waiting[shared->count++] = *one;
  signal_wake(shared->news);
  lock_drop(shared->lock);
  abi_buffer slot = one->slot;
  if (full) crowd_check(&shared->all, one->thread, one->at, one->code, &slot);
}

static void call_and_hand_on(runner *self) {
  relay *shared = self->shared;
  for (size_t i = 0; (double)i < shared->rounds && (i == 0 || clock_ns() < shared->until); i++) {
    finished one = {.thread = self->index, .at = self->index + i};
    one.code = crowd_call(&shared->all, one.thread, one.at, &one.slot);
    hand_on(shared, &one);
  }
  lock_take(shared->lock);
  shared->callers--;
  signal_wake(shared->news);
  lock_drop(shared->lock);
}

/* Takes the oldest reply or the youngest in turn. */
static int take_one(relay *shared, size_t turn, finished *out) {
  lock_take(shared->lock);
  while (shared->count == 0 && shared->callers > 0) signal_wait(shared->news, shared->lock);
  int found = shared->count > 0;
  if (found) {
    shared->count--;
    size_t from = turn % 2 == 0 ? 0 : shared->count;
    *out = shared->waiting[from];
    shared->waiting[from] = shared->waiting[shared->count];
  }
  signal_wake(shared->news); /* there may be more, or nothing ever again */
  lock_drop(shared->lock);
  return found;
}

static void run_relay(void *given) {
  runner *self = given;
  if (!self->frees) {
    call_and_hand_on(self);
    return;
  }
  finished one;
  for (size_t turn = 0; take_one(self->shared, turn, &one); turn++) {
    step_note("thread %.0f frees a reply", (double)self->index + 1, 0);
    crowd_check(&self->shared->all, one.thread, one.at, one.code, &one.slot);
  }
}

/* `callers` threads make calls while `threads` others look at the replies and free them. */
void free_race(const frame *asked, observation *seen) {
  relay *shared = block_take(sizeof *shared);
  memset(shared, 0, sizeof *shared);
  crowd_open(&shared->all, asked);
  shared->lock = lock_new();
  shared->news = signal_new();
  shared->callers = (size_t)parameter_number(asked, "callers", 4);
  shared->rounds = parameter_number(asked, "rounds", 100);
  shared->until = clock_ns() + parameter_number(asked, "ms", 1000) * 1e6;
  size_t threads = shared->callers + (size_t)parameter_number(asked, "threads", 8);
  runner *runners = block_take(threads * sizeof *runners);
  for (size_t i = 0; i < threads; i++) runners[i] = (runner){shared, i, i >= shared->callers};
  crowd_short(seen, threads, threads_run(threads, run_relay, runners, sizeof *runners, 0));
  block_give(runners);
  crowd_close(&shared->all, seen);
  signal_free(shared->news);
  block_give(shared);
}

/* ---- Calls while the configuration changes ---- */

typedef struct {
  crowd *all;
  size_t index; /* the first one makes the changes */
  const frame *asked;
  double until;
  atomic_int *over;
  atomic_size_t *changed;
} witness;

static void make_change(const field *method, const field *body, size_t number) {
  abi_buffer slot = {NULL, 0};
  step_note("change %.0f of the configuration", (double)number, 0);
  watched_call((const char *)method->bytes, body->bytes, body->length, &slot);
  if (slot.ptr != NULL) watched_free(slot.ptr, slot.len);
}

/* All changes in their order, again and again, so that the last one is what holds in the end. */
static void make_changes(witness *self) {
  do {
    field method, body;
    for (field_reader reader = fields_of(self->asked); field_next(&reader, &method);) {
      if (strcmp(method.name, "change") != 0) continue;
      if (!field_next(&reader, &body)) fault("a change without its body");
      make_change(&method, &body, atomic_fetch_add(self->changed, 1) + 1);
      thread_yield();
    }
  } while (clock_ns() < self->until);
  atomic_store(self->over, 1);
}

static void watch_changes(void *given) {
  witness *self = given;
  if (self->index == 0) {
    make_changes(self);
    return;
  }
  for (size_t i = 0; i == 0 || !atomic_load(self->over); i++) crowd_round(self->all, self->index, self->index + i);
}

/* The pairs of fields `change` (a method) and `with` (its request) come one after another for `ms` milliseconds while
 * `threads` threads make calls. */
void changes(const frame *asked, observation *seen) {
  crowd all;
  crowd_open(&all, asked);
  size_t threads = 1 + (size_t)parameter_number(asked, "threads", 4);
  double until = clock_ns() + parameter_number(asked, "ms", 100) * 1e6;
  atomic_int over = 0;
  atomic_size_t changed = 0;
  witness *witnesses = block_take(threads * sizeof *witnesses);
  for (size_t i = 0; i < threads; i++) witnesses[i] = (witness){&all, i, asked, until, &over, &changed};
  crowd_short(seen, threads, threads_run(threads, watch_changes, witnesses, sizeof *witnesses, 0));
  observe_number(seen, "changed", (double)atomic_load(&changed));
  block_give(witnesses);
  crowd_close(&all, seen);
}
