/* What a plugin does to the process that it shares with its host. */
#include "state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void before(const frame *asked, observation *seen) {
  (void)asked;
  snapshot_kept(seen);
}

static void now(const frame *asked, observation *seen) {
  (void)asked;
  snapshot_take(seen);
}

/* Ends the plugin's life here, so that the state after it can still be told. */
static void end(const frame *asked, observation *seen) {
  step_note("shutdown, before a look at the state", 0, 0);
  plugin_shutdown();
  plugin_over = 1;
  sleep_ms(parameter_number(asked, "settle", 0));
  snapshot_take(seen);
}

/* Those of `all` that `known` lacks, as lines of number and target. */
static size_t added(const descriptors *known, const descriptors *all, char *text, size_t room) {
  size_t count = 0, at = 0;
  text[0] = 0;
  for (size_t i = 0, k = 0; i < all->count; i++) {
    while (k < known->count && known->all[k] < all->all[i]) k++;
    if (k < known->count && known->all[k] == all->all[i]) continue;
    if (count++ >= 3) continue;
    char target[200];
    descriptor_target(all->all[i], target, sizeof target);
    int length = snprintf(text + at, room - at, "%sdescriptor %d: %s", at > 0 ? "\n" : "", all->all[i], target);
    if (length > 0 && (size_t)length < room - at) at += (size_t)length;
  }
  return count;
}

/* Descriptors that stay open after calls: two rounds, so that what is opened once for all counts in the first alone. */
static void descriptor_growth(const frame *asked, observation *seen) {
  samples some = samples_of(asked);
  double count = parameter_number(asked, "count", 100), budget = parameter_number(asked, "budget", 1000) * 1e6;
  for (size_t i = 0; i < some.count; i++) {
    const sample *one = &some.all[i];
    char text[1024];
    step_note("counting descriptors, sample %.0f", (double)i, 0);
    call_often(one, count / 5, budget / 5);
    descriptors start = descriptors_open();
    double made = call_often(one, count, budget);
    descriptors middle = descriptors_open();
    size_t first = added(&start, &middle, text, sizeof text);
    double again = call_often(one, made, budget * 2);
    descriptors last = descriptors_open();
    size_t second = added(&middle, &last, text, sizeof text);
    observe_text(seen, "growth", "%.0f %.0f %.0f %.0f", made, (double)first, again, (double)second);
    observe_text(seen, "examples", "%s", text);
    descriptors_free(&start);
    descriptors_free(&middle);
    descriptors_free(&last);
  }
  samples_free(&some);
}

/* Memory held after each of several windows of calls of one sample. */
static void memory_growth(const frame *asked, observation *seen) {
  samples some = samples_of(asked);
  double windows = parameter_number(asked, "windows", 20), calls = parameter_number(asked, "calls", 500);
  double budget = parameter_number(asked, "budget", 1000) * 1e6 / windows;
  if (some.count == 0) fault("memory is measured with a sample call");
  for (double i = 0; i < windows; i++) {
    step_note("measuring memory, window %.0f", i, 0);
    double made = call_often(&some.all[0], calls, budget);
    observe_text(seen, "window", "%.0f %.0f", made, memory_held());
  }
  samples_free(&some);
}

/* Processor time and wake-ups while nobody asks for anything, in two windows. */
static void idle(const frame *asked, observation *seen) {
  double span = parameter_number(asked, "span", 1000);
  sleep_ms(parameter_number(asked, "settle", 100));
  for (int i = 0; i < 2; i++) {
    step_note("measuring idle processor time, window %.0f", i, 0);
    double slept = times_slept(), used = processor_ns(), started = clock_ns();
    sleep_ms(span);
    double took = clock_ns() - started;
    observe_text(seen, "window", "%.0f %.0f %.0f", took, processor_ns() - used, times_slept() - slept);
  }
}

static void nothing(void *unused) { (void)unused; }

static void call_twice(void *given) {
  make_call(given);
  make_call(given);
}

static void stack_depth(const frame *asked, observation *seen) {
  samples some = samples_of(asked);
  size_t room = (size_t)parameter_number(asked, "room", 8 << 20);
  size_t without = painted_depth(nothing, NULL, room);
  for (size_t i = 0; i < some.count; i++) {
    step_note("measuring the stack, sample %.0f", (double)i, 0);
    size_t depth = painted_depth(call_twice, &some.all[i], room);
    observe_number(seen, "depth", depth > without ? (double)(depth - without) : 0);
  }
  samples_free(&some);
}

static int ascending(const void *one, const void *other) {
  double a = *(const double *)one, b = *(const double *)other;
  return (a > b) - (a < b);
}

/* The median and the 99th of a hundred. Sorts. */
static void percentiles(observation *seen, const char *name, double *all, size_t count) {
  qsort(all, count, sizeof *all, ascending);
  observe_text(seen, name, "%.0f %.0f %.0f", (double)count, all[count / 2], all[count - 1 - count / 100]);
}

/* Processor time of this thread for each call: what other programs of the machine do does not count. */
static void call_times(const frame *asked, observation *seen) {
  samples some = samples_of(asked);
  size_t most = (size_t)parameter_number(asked, "count", 1000);
  double budget = parameter_number(asked, "budget", 1000) * 1e6;
  double *times = block_take((most + 5) * 2 * sizeof *times);
  for (size_t i = 0; i < some.count; i++) {
    double end = clock_ns() + budget;
    size_t made = 0;
    step_note("measuring times, sample %.0f", (double)i, 0);
    make_call(&some.all[i]);
    while (made < most && (made < 5 || clock_ns() < end)) {
      double started = thread_processor_ns();
      make_call(&some.all[i]);
      times[made++] = thread_processor_ns() - started;
    }
    double *copy = times + most + 5;
    memcpy(copy, times, made * sizeof *times);
    size_t part = made / 5;
    percentiles(seen, "all", copy, made);
    percentiles(seen, "first", times, part);
    percentiles(seen, "last", times + made - part, part);
  }
  block_give(times);
  samples_free(&some);
}

static void network(const frame *asked, observation *seen) {
  (void)asked;
  network_observe(seen);
}

const experiment state_experiments[] = {
    {"state.before", before},
    {"state.now", now},
    {"state.end", end},
    {"state.descriptors", descriptor_growth},
    {"state.memory", memory_growth},
    {"state.idle", idle},
    {"state.stack", stack_depth},
    {"state.times", call_times},
    {"state.network", network},
    {NULL, NULL},
};
