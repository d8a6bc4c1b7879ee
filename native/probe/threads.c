/* Several threads that begin their work at the same instant. */
#include "judge.h"
#include <stdatomic.h>

/* The threads count themselves in and look out for the last one: waking sleepers takes longer than a short call. */
typedef struct {
  void (*run)(void *argument);
  size_t expected;
  atomic_size_t arrived;
  atomic_int cancelled;
} start_line;

typedef struct {
  start_line *line;
  void *argument;
  joined_thread *thread;
} starter;

static void line_up(void *given) {
  starter *self = given;
  start_line *line = self->line;
  atomic_fetch_add(&line->arrived, 1);
  while (atomic_load(&line->arrived) < line->expected) {
    if (atomic_load(&line->cancelled)) return;
    thread_yield();
  }
  line->run(self->argument);
}

size_t threads_run(size_t count, void (*run)(void *argument), void *arguments, size_t size, size_t stack) {
  start_line line = {.run = run, .expected = count};
  starter *all = block_take(count * sizeof *all);
  size_t started = 0;
  for (; started < count; started++) {
    starter *one = &all[started];
    one->line = &line;
    one->argument = (char *)arguments + started * size;
    one->thread = thread_begin(line_up, one, stack);
    if (one->thread == NULL) break;
  }
  if (started < count) atomic_store(&line.cancelled, 1);
  for (size_t i = 0; i < started; i++) thread_join(all[i].thread);
  block_give(all);
  return started;
}
