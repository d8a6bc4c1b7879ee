/* Calls of many threads against the answers that they have to bring. */
#include "crowd.h"
#include <string.h>

/* Bytes of a wrong answer that are told. */
enum { TOLD = 4096 };

void crowd_open(crowd *all, const frame *asked) {
  memset(all, 0, sizeof *all);
  all->calls = goldens_of(asked);
  all->step = "call %.0f of thread %.0f";
}

int crowd_call(crowd *all, size_t thread, size_t at, abi_buffer *slot) {
  if (all->calls.count == 0) fault("an experiment without calls");
  const sample *call = &all->calls.all[at % all->calls.count].call;
  step_note(all->step, (double)at + 1, (double)thread + 1);
  *slot = (abi_buffer){NULL, 0};
  int code = watched_call(call->method, call->body, call->length, slot);
  atomic_fetch_add(&all->made, 1);
  return code;
}

static void keep_wrong(crowd *all, size_t thread, size_t at, int code, const abi_buffer *slot) {
  atomic_fetch_add(&all->wrong, 1);
  if (atomic_exchange(&all->told, 1) != 0) return;
  all->thread = thread;
  all->at = at % all->calls.count;
  all->code = code;
  all->length = slot->ptr == NULL ? 0 : slot->len < TOLD ? slot->len : TOLD;
  all->got = block_take(all->length);
  if (all->length > 0) memcpy(all->got, slot->ptr, all->length);
}

void crowd_check(crowd *all, size_t thread, size_t at, int code, abi_buffer *slot) {
  if (!golden_same(&all->calls.all[at % all->calls.count], code, slot)) keep_wrong(all, thread, at, code, slot);
  if (slot->ptr != NULL) watched_free(slot->ptr, slot->len);
}

void crowd_round(crowd *all, size_t thread, size_t at) {
  abi_buffer slot;
  int code = crowd_call(all, thread, at, &slot);
  thread_yield();
  crowd_check(all, thread, at, code, &slot);
}

void crowd_close(crowd *all, observation *seen) {
  observe_number(seen, "made", (double)atomic_load(&all->made));
  observe_number(seen, "wrong", (double)atomic_load(&all->wrong));
  if (atomic_load(&all->told) != 0) {
    observe_number(seen, "thread", (double)all->thread + 1);
    observe_number(seen, "at", (double)all->at);
    observe_number(seen, "code", all->code);
    observe_bytes(seen, "got", all->got, all->length);
    block_give(all->got);
  }
  goldens_free(&all->calls);
}

void crowd_short(observation *seen, size_t wanted, size_t given) {
  if (given < wanted) observe_text(seen, "short", "the system gave %.0f of %.0f threads", (double)given, (double)wanted);
}
