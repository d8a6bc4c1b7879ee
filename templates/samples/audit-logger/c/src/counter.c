#include "counter.h"

#include <inttypes.h>
#include <stdatomic.h>

/*
 * Guards all counters, for a few instructions only: the host may call the plugin again while it answers a callback, so
 * nothing is held while it is asked for something.
 */
static atomic_flag guard = ATOMIC_FLAG_INIT;

static void lock(void) {
  while (atomic_flag_test_and_set_explicit(&guard, memory_order_acquire)) {
  }
}

static void unlock(void) { atomic_flag_clear_explicit(&guard, memory_order_release); }

static bool fail_store(cpex_call *call) {
  cpex_fail(call, "store_failed", "the store does not work: %s", cpex_host_error_message(call).ptr);
  return false;
}

bool counter_read(cpex_call *call, const char *key, uint64_t *count) {
  cpex_bytes value;
  *count = 0;
  if (!cpex_kv_get(call, CPEX_KV_SCOPE_PLUGIN, key, &value)) return fail_store(call);
  for (size_t i = 0; i < value.len; i++) {
    uint64_t digit = (uint64_t)(value.ptr[i] - '0');
    if (value.ptr[i] < '0' || value.ptr[i] > '9' || *count > (UINT64_MAX - digit) / 10) {
      cpex_fail(call, "bad_count", "what is stored as %s is no count", key);
      return false;
    }
    *count = *count * 10 + digit;
  }
  return true;
}

/* Stores a count. One call at a time does so, for the others as well: a lower count never comes after a higher one. */
static bool save(cpex_call *call, counter *one, const char *key) {
  bool saved = true;
  lock();
  bool mine = !one->storing;
  one->storing = true;
  while (mine && saved && one->stored < one->value) {
    uint64_t value = one->value;
    unlock();
    cpex_str text = cpex_textf(call, "%" PRIu64, value);
    saved = cpex_kv_set(call, CPEX_KV_SCOPE_PLUGIN, key, cpex_bytes_of(text));
    lock();
    if (saved) one->stored = value;
  }
  if (mine) one->storing = false;
  unlock();
  return saved || fail_store(call);
}

bool counter_next(cpex_call *call, counter *one, const char *key, uint64_t *count) {
  uint64_t stored;
  if (!counter_read(call, key, &stored)) return false;
  lock();
  one->value = (one->value > stored ? one->value : stored) + 1;
  *count = one->value;
  unlock();
  return save(call, one, key);
}
