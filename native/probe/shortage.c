/* Calls while memory or descriptors are short, and the same calls when they are not any more. */
#if defined(__linux__)
#define _GNU_SOURCE
#elif defined(__APPLE__)
#define _DARWIN_C_SOURCE
#endif
#include "torture.h"

/* A reply that says success and is not there; what else a plugin may say in need is its own business. */
static void check_reply(observation *seen, size_t sample, double number, int code, const abi_buffer *slot) {
  if (code != 0 || (slot->ptr != NULL && slot->len > 0)) return;
  observe_text(seen, "odd", "%.0f %.0f", (double)sample, number);
}

static int call_and_check(observation *seen, const goldens *calls, size_t at, double number) {
  const sample *one = &calls->all[at].call;
  abi_buffer slot = {NULL, 0};
  int code = watched_call(one->method, one->body, one->length, &slot);
  int failed = ledger_failed();
  ledger_fail_at(0);
  check_reply(seen, at, number, code, &slot);
  if (slot.ptr != NULL) watched_free(slot.ptr, slot.len);
  return failed;
}

/* What every call answers when there is enough again, against what it answered before. */
static void recovered(observation *seen, const goldens *calls) {
  for (size_t i = 0; i < calls->count; i++) {
    const sample *one = &calls->all[i].call;
    abi_buffer slot = {NULL, 0};
    step_note("a call after a shortage, sample %.0f", (double)i, 0);
    int code = watched_call(one->method, one->body, one->length, &slot);
    if (!golden_same(&calls->all[i], code, &slot)) {
      observe_number(seen, "spoilt", (double)i);
      observe_number(seen, "code", code);
      observe_bytes(seen, "got", slot.ptr == NULL ? "" : slot.ptr, slot.ptr == NULL ? 0 : slot.len < 400 ? slot.len : 400);
    }
    if (slot.ptr != NULL) watched_free(slot.ptr, slot.len);
  }
}

/* Each call again and again, each time with a later one of its allocations failing, until it comes to none. */
void without_memory(const frame *asked, observation *seen) {
  goldens calls = goldens_of(asked);
  double most = parameter_number(asked, "most", 200), failures = 0;
  ledger_begin();
  for (size_t i = 0; i < calls.count; i++) {
    for (double number = 1; number <= most; number++) {
      step_note("allocation %.0f fails, sample %.0f", number, (double)i);
      ledger_fail_at((uint64_t)number);
      if (!call_and_check(seen, &calls, i, number)) break;
      failures++;
    }
  }
  ledger_end();
  observe_number(seen, "failures", failures);
  recovered(seen, &calls);
  goldens_free(&calls);
}

#ifdef _WIN32
void without_descriptors(const frame *asked, observation *seen) {
  (void)asked;
  observe_number(seen, "short", 0);
}
#else
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ROOM = 16 };

/* Every call twice while no descriptor is free. */
void without_descriptors(const frame *asked, observation *seen) {
  goldens calls = goldens_of(asked);
  struct rlimit usual;
  if (getrlimit(RLIMIT_NOFILE, &usual) != 0) fault("the limit of descriptors cannot be read");
  struct rlimit low = {.rlim_cur = ROOM, .rlim_max = usual.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &low) != 0) fault("descriptors cannot be limited");
  int fillers[ROOM], filled = 0, last = 0;
  while (filled < ROOM && (last = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0) fillers[filled++] = last;
  observe_number(seen, "short", last < 0 && errno == EMFILE);
  for (size_t i = 0; i < calls.count * 2; i++) {
    step_note("a call without a free descriptor, sample %.0f", (double)(i % calls.count), 0);
    call_and_check(seen, &calls, i % calls.count, 0);
  }
  while (filled > 0) close(fillers[--filled]);
  if (setrlimit(RLIMIT_NOFILE, &usual) != 0) fault("descriptors stay limited");
  recovered(seen, &calls);
  goldens_free(&calls);
}
#endif
