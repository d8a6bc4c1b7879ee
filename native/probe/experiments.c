/* Finds the experiment that cpex asks for. */
#include "judge.h"
#include <string.h>

static const experiment *const TABLES[] = {
    memory_experiments, callback_experiments, thread_experiments, life_experiments,
    state_experiments,  torture_experiments,  fuzz_experiments,   smoke_experiments,
};

static const experiment *find(const char *name) {
  for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++) {
    for (const experiment *one = TABLES[i]; one->name != NULL; one++) {
      if (strcmp(one->name, name) == 0) return one;
    }
  }
  return NULL;
}

void experiment_perform(frame *asked) {
  const experiment *found = find(asked->method);
  if (found == NULL) fault("an experiment that this probe does not know");
  frame_header begun = {.kind = KIND_BEGIN, .id = asked->header.id};
  channel_send(&begun, NULL, NULL, 0);
  observation seen = {NULL, 0, 0};
  found->run(asked, &seen);
  frame_header answer = {.kind = KIND_OBSERVED, .id = asked->header.id};
  channel_send(&answer, NULL, seen.bytes, seen.length);
  block_give(seen.bytes);
  frame_free(asked);
}
