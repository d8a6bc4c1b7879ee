/* Level 6: calls beside one another, from threads that come and go. */
#include "crowd.h"
#include "life.h"

typedef struct {
  crowd *all;
  size_t index;
  double rounds;
  double least;
  double until; /* clock_ns() */
} caller;

static void make_calls(void *given) {
  caller *self = given;
  for (size_t i = 0; (double)i < self->rounds && ((double)i < self->least || clock_ns() < self->until); i++) {
    crowd_round(self->all, self->index, self->index + i);
  }
}

/* `threads` threads make `rounds` calls each, or as many as begin within `ms` milliseconds, but `least` at least; each
 * thread begins with another call and takes one after another. */
static void calls_beside(const frame *asked, observation *seen) {
  crowd all;
  crowd_open(&all, asked);
  size_t threads = (size_t)parameter_number(asked, "threads", 2);
  caller *callers = block_take(threads * sizeof *callers);
  double until = clock_ns() + parameter_number(asked, "ms", 1000) * 1e6;
  for (size_t i = 0; i < threads; i++) {
    callers[i] = (caller){&all, i, parameter_number(asked, "rounds", 1), parameter_number(asked, "least", 1), until};
  }
  crowd_short(seen, threads, threads_run(threads, make_calls, callers, sizeof *callers, 0));
  block_give(callers);
  crowd_close(&all, seen);
}

/* ---- A call, a free and a shutdown, each on a thread that does nothing else ---- */

typedef struct {
  crowd *all;
  abi_buffer *slots;
  int *codes;
} travel;

static void travel_call(void *given) {
  travel *self = given;
  for (size_t i = 0; i < self->all->calls.count; i++) self->codes[i] = crowd_call(self->all, 1, i, &self->slots[i]);
}

static void travel_free(void *given) {
  travel *self = given;
  step_note("replies are freed on a third thread", 0, 0);
  for (size_t i = 0; i < self->all->calls.count; i++) crowd_check(self->all, 2, i, self->codes[i], &self->slots[i]);
}

static void travel_end(void *unused) {
  (void)unused;
  step_note("shutdown on a fourth thread", 0, 0);
  plugin_shutdown();
}

/* Init was on the main thread. Each of the others has ended before the next begins. */
static void migrate(const frame *asked, observation *seen) {
  crowd all;
  crowd_open(&all, asked);
  travel self = {&all, block_take(all.calls.count * sizeof(abi_buffer)), block_take(all.calls.count * sizeof(int))};
  size_t given = threads_run(1, travel_call, &self, 0, 0);
  if (given == 1) given += threads_run(1, travel_free, &self, 0, 0);
  report_phase(PHASE_SHUTDOWN);
  if (given == 2) given += threads_run(1, travel_end, &self, 0, 0);
  plugin_over = given == 3;
  crowd_short(seen, 3, given);
  block_give(self.slots);
  block_give(self.codes);
  crowd_close(&all, seen);
}

/* ---- Calls whose caller no longer waits ---- */

typedef struct {
  crowd *all;
  size_t index;
  atomic_size_t *begun;
  int code;
  abi_buffer slot;
  joined_thread *thread;
} given_up;

static void call_unheeded(void *given) {
  given_up *self = given;
  atomic_fetch_add(self->begun, 1);
  self->code = crowd_call(self->all, self->index, self->index, &self->slot);
}

/* `threads` calls are begun and left alone; others go on beside them, `rounds` for each. What the first ones answered is
 * looked at and freed at the end, on the main thread. */
static void abandon(const frame *asked, observation *seen) {
  crowd all;
  crowd_open(&all, asked);
  size_t threads = (size_t)parameter_number(asked, "threads", 4), started = 0;
  size_t rounds = (size_t)parameter_number(asked, "rounds", 2);
  given_up *calls = block_take(threads * sizeof *calls);
  atomic_size_t begun = 0;
  for (; started < threads; started++) {
    calls[started] = (given_up){.all = &all, .index = started, .begun = &begun};
    calls[started].thread = thread_begin(call_unheeded, &calls[started], 0);
    if (calls[started].thread == NULL) break;
  }
  crowd_short(seen, threads, started);
  while (atomic_load(&begun) < started) thread_yield();
  for (size_t i = 0; i < rounds * all.calls.count; i++) crowd_round(&all, threads, i);
  for (size_t i = 0; i < started; i++) thread_join(calls[i].thread);
  for (size_t i = 0; i < all.calls.count; i++) crowd_round(&all, threads, i);
  step_note("replies of calls that nobody waited for are freed", 0, 0);
  for (size_t i = 0; i < started; i++) crowd_check(&all, i, i, calls[i].code, &calls[i].slot);
  block_give(calls);
  crowd_close(&all, seen);
}

/* ---- Threads that make one call and end ---- */

/* `windows` times `threads` calls on this thread, then as often so many threads that make one call each, eight at a time.
 * What the process holds is written at the end of each window: what grows in both grows with the calls. */
static void churn(const frame *asked, observation *seen) {
  enum { AT_ONCE = 8 };
  crowd all;
  crowd_open(&all, asked);
  size_t windows = (size_t)parameter_number(asked, "windows", 5);
  size_t threads = (size_t)parameter_number(asked, "threads", 200), short_of = 0;
  for (size_t window = 0; window < windows; window++) {
    for (size_t i = 0; i < threads; i++) crowd_round(&all, 0, i);
    process_look(seen);
  }
  for (size_t window = 0; window < windows; window++) {
    for (size_t done = 0; done < threads; done += AT_ONCE) {
      caller callers[AT_ONCE];
      for (size_t i = 0; i < AT_ONCE; i++) callers[i] = (caller){&all, done + i, 1, 1, 0};
      short_of += AT_ONCE - threads_run(AT_ONCE, make_calls, callers, sizeof *callers, 0);
    }
    process_look(seen);
  }
  if (short_of > 0) crowd_short(seen, threads * windows, threads * windows - short_of);
  crowd_close(&all, seen);
}

const experiment thread_experiments[] = {
    {"threads.calls", calls_beside},
    {"threads.migrate", migrate},
    {"threads.abandon", abandon},
    {"threads.churn", churn},
    {"threads.free-race", free_race},
    {"threads.changes", changes},
    {NULL, NULL},
};
