/* fuzz.steps: what cpex wants done to the plugin, one thing after another, at the speed of C. */
#include "fuzz.h"
#include <string.h>

/* Longest body that is made to end at a guard page; longer ones are called where they are. */
enum { ROOM = 256 * 1024 };

static int make_call(const char *method, const field *body, guard_block *place, abi_buffer *slot) {
  const uint8_t *at = body->length > place->length ? body->bytes : guard_fill(place, body->bytes, body->length);
  return watched_call(method, at, body->length, slot);
}

/* The fields `call` with a method and `body` with its request, `init` and `shutdown`, in their order. Each is a round. */
void fuzz_steps(const frame *asked, observation *seen) {
  guard_block *place = guard_open(ROOM, GUARD_END, 0, "the request", NULL);
  if (place == NULL) fault("there is no memory for a request");
  /* `all` for every reply, else those of a look that is new. */
  const char *tell = parameter(asked, "tell");
  reply_watch looks = {.most = 64, .all = tell != NULL && strcmp(tell, "all") == 0};
  observe_number(seen, "recorded", record_open(parameter(asked, "record")));
  double started = clock_ns();
  uint64_t round = 0;
  field one, body;
  for (field_reader reader = fields_of(asked); field_next(&reader, &one);) {
    abi_buffer slot = {NULL, 0};
    int is_call = strcmp(one.name, "call") == 0;
    if (!is_call && strcmp(one.name, "init") != 0 && strcmp(one.name, "shutdown") != 0) continue;
    record_round(round);
    if (is_call) {
      if (!field_next(&reader, &body) || strcmp(body.name, "body") != 0) fault("a step without its body");
      int code = make_call((const char *)one.bytes, &body, place, &slot);
      reply_take(&looks, seen, round, code, &slot);
    } else if (one.name[0] == 's') {
      plugin_shutdown();
    } else {
      int code = plugin_init_again();
      if (code != 0) reply_take(&looks, seen, round, code, &slot);
    }
    round++;
  }
  record_round(UINT64_MAX); /* none is under way */
  observe_number(seen, "ns", clock_ns() - started);
  guard_close(place, "after the experiment");
}
