/* What calls cost in blocks: one reply at a time, and over thousands of calls. */
#include "memory.h"
#include "state.h"

/* Calls once and frees the reply. Returns how many blocks the plugin holds between the two. */
static size_t call_once(const sample *one) {
  abi_buffer slot = {NULL, 0};
  watched_call(one->method, one->body, one->length, &slot);
  size_t between = ledger_now().blocks;
  if (slot.ptr != NULL) watched_free(slot.ptr, slot.len);
  return between;
}

enum { LOOKS = 10, BETWEEN_LOOKS_MS = 20 };

size_t held_after_all(size_t few) {
  for (int look = 0; look < LOOKS && ledger_now().blocks > few; look++) sleep_ms(BETWEEN_LOOKS_MS);
  return ledger_now().blocks;
}

void free_whole(const frame *asked, observation *seen) {
  samples some = samples_of(asked);
  size_t rounds = (size_t)parameter_number(asked, "count", 50);
  double limit = parameter_number(asked, "limit", 500) * 1e6;
  for (size_t i = 0; i < some.count; i++) {
    const sample *one = &some.all[i];
    for (int warm = 0; warm < 3; warm++) call_once(one);
    ledger_begin();
    size_t replies = 0, took = 0, gave = 0;
    double end = clock_ns() + limit;
    for (size_t round = 0; round < rounds && clock_ns() < end; round++) {
      abi_buffer slot = {NULL, 0};
      size_t before = ledger_now().blocks;
      watched_call(one->method, one->body, one->length, &slot);
      size_t between = ledger_now().blocks;
      if (slot.ptr == NULL) continue;
      size_t room = ledger_size(slot.ptr);
      if (room > 0 && room < slot.len) observe_text(seen, "short", "%s: %zu bytes in a block of %zu", one->method, slot.len, room);
      watched_free(slot.ptr, slot.len);
      size_t after = ledger_now().blocks;
      replies++;
      took += between > before;
      gave += after < between;
    }
    size_t left = held_after_all(replies / 2);
    ledger_end();
    observe_text(seen, "method", "%s", one->method);
    observe_number(seen, "replies", (double)replies);
    observe_number(seen, "took", (double)took);
    observe_number(seen, "gave", (double)gave);
    observe_number(seen, "left", (double)left);
  }
  samples_free(&some);
}

/* Parameters: `method`, `body`, `calls`, `windows`, and `limit`, milliseconds for all of it. A slow call is made less
 * often: each window ends with its share of the calls or of the time. */
void balance(const frame *asked, observation *seen) {
  samples some = samples_of(asked);
  double windows = parameter_number(asked, "windows", 10);
  double share = parameter_number(asked, "calls", 1000) / windows;
  double time = parameter_number(asked, "limit", 1000) * 1e6 / (windows + 1);
  const sample *one = &some.all[0];
  double end = clock_ns() + time;
  for (double i = 0; i < share && clock_ns() < end; i++) {
    let_threads_end(i, end);
    call_once(one);
  }
  ledger_begin();
  for (double window = 0; window < windows; window++) {
    double made = 0;
    for (end = clock_ns() + time; made < share && clock_ns() < end; made++) {
      step_note("call %.0f of window %.0f", made + 1, window + 1);
      let_threads_end(made, end);
      call_once(one);
    }
    ledger_state now = ledger_now();
    observe_number(seen, "made", made);
    observe_number(seen, "blocks", (double)now.blocks);
    observe_number(seen, "bytes", (double)now.bytes);
    observe_number(seen, "taken", (double)now.taken);
  }
  ledger_end();
  observe_held(seen, "held");
  samples_free(&some);
}
