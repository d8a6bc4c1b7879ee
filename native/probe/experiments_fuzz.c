/* fuzz.bytes: mutated bodies, call after call. fuzz.body: the bodies of some rounds, without a call. */
#include "fuzz.h"
#include <stdlib.h>
#include <string.h>

static void seeds_of(const frame *asked, seeds *out) {
  out->bodies = samples_of(asked);
  out->words.count = 0;
  field one;
  for (field_reader reader = fields_of(asked); field_next(&reader, &one);) out->words.count += strcmp(one.name, "word") == 0;
  out->words.all = block_take(out->words.count * sizeof *out->words.all);
  size_t at = 0;
  for (field_reader reader = fields_of(asked); field_next(&reader, &one);) {
    if (strcmp(one.name, "word") == 0) out->words.all[at++] = (piece){one.bytes, one.length};
  }
}

static void seeds_free(seeds *some) {
  samples_free(&some->bodies);
  block_give(some->words.all);
}

static uint64_t whole(const frame *asked, const char *name) {
  const char *text = parameter(asked, name);
  return text == NULL ? 0 : strtoull(text, NULL, 10);
}

/* Longest body. */
static size_t room_of(const frame *asked) { return (size_t)parameter_number(asked, "room", 65536); }

/* Rounds `from` to `from + count`, or as many of them as begin within `ms` milliseconds. */
static void fuzz_bytes(const frame *asked, observation *seen) {
  seeds some;
  seeds_of(asked, &some);
  uint64_t seed = whole(asked, "seed"), from = whole(asked, "from"), end = from + whole(asked, "count");
  size_t room = room_of(asked);
  uint8_t *draft = block_take(room);
  guard_block *body = guard_open(room, GUARD_END, 0, "the request", NULL);
  if (body == NULL) fault("there is no memory for a request");
  reply_watch looks = {.most = 64};
  observe_number(seen, "recorded", record_open(parameter(asked, "record")));
  double started = clock_ns(), until = started + parameter_number(asked, "ms", 1000) * 1e6, now = started;
  uint64_t round = from;
  for (; round < end && now < until && some.bodies.count > 0; round++) {
    dice luck = dice_for(seed, round);
    size_t chosen;
    size_t length = mutate(&luck, &some, draft, room, &chosen);
    const uint8_t *at = guard_fill(body, draft, length);
    record_round(round);
    abi_buffer slot = {NULL, 0};
    int code = watched_call(some.bodies.all[chosen].method, at, length, &slot);
    reply_take(&looks, seen, round, code, &slot);
    now = clock_ns();
  }
  record_round(UINT64_MAX); /* none is under way */
  observe_number(seen, "next", (double)round);
  observe_number(seen, "ns", now - started);
  guard_close(body, "after the experiment");
  block_give(draft);
  seeds_free(&some);
}

/* The bodies of rounds `from` to `from + count`, each as `body`. */
static void fuzz_body(const frame *asked, observation *seen) {
  seeds some;
  seeds_of(asked, &some);
  uint64_t seed = whole(asked, "seed"), from = whole(asked, "from"), end = from + whole(asked, "count");
  size_t room = room_of(asked), chosen;
  uint8_t *draft = block_take(room);
  for (uint64_t round = from; round < end && some.bodies.count > 0; round++) {
    dice luck = dice_for(seed, round);
    observe_bytes(seen, "body", draft, mutate(&luck, &some, draft, room, &chosen));
  }
  block_give(draft);
  seeds_free(&some);
}

const experiment fuzz_experiments[] = {
    {"fuzz.bytes", fuzz_bytes},
    {"fuzz.body", fuzz_body},
    {"fuzz.steps", fuzz_steps},
    {NULL, NULL},
};
