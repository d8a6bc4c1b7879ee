/* Level 10: shortage, signals, other plugins, and much of everything. */
#include "torture.h"
#include <locale.h>
#include <wctype.h>

static void call_all(void *given) {
  const samples *some = given;
  for (size_t i = 0; i < some->count; i++) {
    step_note("a call on a small stack, sample %.0f", (double)i, 0);
    make_call(&some->all[i]);
  }
}

/* Every sample on a thread with a stack of `size` bytes. */
static void small_stack(const frame *asked, observation *seen) {
  samples some = samples_of(asked);
  joined_thread *thread = thread_begin(call_all, &some, (size_t)parameter_number(asked, "size", 128 << 10));
  observe_number(seen, "given", thread != NULL);
  if (thread != NULL) thread_join(thread);
  samples_free(&some);
}

/* Sets the locale of the process to the one that `name` names. `set` says whether it is there, `point` what separates
 * decimals in it and `dotless` whether the small letter of I is not i. */
static void change_locale(const frame *asked, observation *seen) {
  const char *name = parameter(asked, "name");
  observe_number(seen, "set", name != NULL && setlocale(LC_ALL, name) != NULL);
  observe_text(seen, "point", "%s", localeconv()->decimal_point);
  observe_number(seen, "dotless", towlower(L'I') != L'i');
}

/* How long the replies are, without looking at them: the largest may have no memory behind it. */
static void reply_lengths(const frame *asked, observation *seen) {
  samples some = samples_of(asked);
  for (size_t i = 0; i < some.count; i++) {
    abi_buffer slot = {NULL, 0};
    step_note("asking for a long reply, sample %.0f", (double)i, 0);
    watched_call(some.all[i].method, some.all[i].body, some.all[i].length, &slot);
    observe_number(seen, "length", slot.ptr == NULL ? 0 : (double)slot.len);
    if (slot.ptr != NULL) watched_free(slot.ptr, slot.len);
  }
  samples_free(&some);
}

typedef struct {
  crowd *all;
  size_t index;
  double until;
} walker;

static void walk(void *given) {
  walker *self = given;
  for (size_t i = 0; clock_ns() < self->until; i++) crowd_round(self->all, self->index, self->index * 7 + i);
}

/* One window of a long run: `threads` threads for `ms` milliseconds, and what the process costs and holds after it. */
static void soak(const frame *asked, observation *seen) {
  enum { MOST = 16 };
  crowd all;
  crowd_open(&all, asked);
  size_t threads = (size_t)parameter_number(asked, "threads", 4);
  if (threads > MOST) threads = MOST;
  walker walkers[MOST];
  double until = clock_ns() + parameter_number(asked, "ms", 1000) * 1e6, used = processor_ns();
  for (size_t i = 0; i < threads; i++) walkers[i] = (walker){&all, i, until};
  crowd_short(seen, threads, threads_run(threads, walk, walkers, sizeof *walkers, 0));
  observe_number(seen, "processor", processor_ns() - used);
  observe_number(seen, "held", memory_held());
  descriptors open_ones = descriptors_open();
  observe_number(seen, "descriptors", (double)open_ones.count);
  descriptors_free(&open_ones);
  observe_number(seen, "threads", (double)threads_alive());
  crowd_close(&all, seen);
}

const experiment torture_experiments[] = {
    {"torture.memory", without_memory},
    {"torture.descriptors", without_descriptors},
    {"torture.stack", small_stack},
    {"torture.signals", signal_storm},
    {"torture.locale", change_locale},
    {"torture.lengths", reply_lengths},
    {"torture.companions", with_companions},
    {"torture.soak", soak},
    {NULL, NULL},
};
