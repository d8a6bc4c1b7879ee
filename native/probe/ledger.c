/* The record of what the plugin holds: a table of blocks by address, which counts from ledger_begin on.
 *
 * The table has a fixed size and no memory of its own to ask for: it works inside malloc. */
#ifdef __linux__
#define _GNU_SOURCE
#include <dlfcn.h>
#endif
#include "judge.h"
#include "ledger.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = 1 << 17, MOST = ROOM / 4 * 3, TOLD = 4 };

typedef struct {
  const void *block;
  const void *caller;
  size_t size;
} entry;

volatile int ledger_counts;

static entry table[ROOM];
static atomic_flag busy = ATOMIC_FLAG_INIT;
static ledger_state state;
static atomic_llong countdown; /* allocations until one fails; 0: none does */
static atomic_int failed;

/* Held for some instructions only, never while the system is asked for anything. */
static void lock(void) {
  while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) thread_yield();
}

static void unlock(void) { atomic_flag_clear_explicit(&busy, memory_order_release); }

static size_t home_of(const void *block) {
  return (size_t)(((uint64_t)(uintptr_t)block >> 4) * 0x9e3779b97f4a7c15u >> 40) % ROOM;
}

static entry *find(const void *block) {
  size_t at = home_of(block);
  while (table[at].block != NULL && table[at].block != block) at = (at + 1) % ROOM;
  return &table[at];
}

/* Fills the hole that an entry leaves with those that had to go on behind it. */
static void take_out(entry *gone) {
  size_t hole = (size_t)(gone - table);
  for (size_t at = (hole + 1) % ROOM; table[at].block != NULL; at = (at + 1) % ROOM) {
    size_t home = home_of(table[at].block);
    if ((at - home) % ROOM < (at - hole) % ROOM) continue;
    table[hole] = table[at];
    hole = at;
  }
  table[hole].block = NULL;
}

void ledger_took(const void *block, size_t size, const void *caller) {
  lock();
  state.taken++;
  if (state.blocks < MOST) {
    entry *place = find(block);
    if (place->block == NULL) state.blocks++;
    else state.bytes -= place->size;
    *place = (entry){block, caller, size};
    state.bytes += size;
  }
  unlock();
}

void ledger_gave(const void *block) {
  lock();
  entry *found = find(block);
  if (found->block != NULL) {
    state.blocks--;
    state.bytes -= found->size;
    take_out(found);
  }
  unlock();
}

int ledger_refuses(void) {
  if (atomic_load_explicit(&countdown, memory_order_relaxed) == 0) return 0;
  if (atomic_fetch_sub(&countdown, 1) != 1) return 0;
  atomic_store(&failed, 1);
  return 1;
}

void ledger_begin(void) {
  lock();
  if (state.blocks > 0) memset(table, 0, sizeof table);
  memset(&state, 0, sizeof state);
  unlock();
  ledger_counts = ledger_interposed();
}

void ledger_end(void) { ledger_counts = 0; }

ledger_state ledger_now(void) {
  lock();
  ledger_state now = state;
  unlock();
  return now;
}

size_t ledger_size(const void *block) {
  lock();
  const entry *found = find(block);
  size_t size = found->block == NULL ? 0 : found->size;
  unlock();
  return size;
}

void ledger_fail_at(uint64_t number) {
  atomic_store(&failed, 0);
  atomic_store(&countdown, (long long)number);
  if (number > 0) ledger_counts = ledger_interposed();
}

int ledger_failed(void) { return atomic_load(&failed); }

/* The kinds of blocks that are held most often: of one size, taken at one place. */
typedef struct {
  entry like;
  size_t count;
} kind;

static size_t sort_kinds(kind *kinds, size_t room) {
  size_t count = 0;
  for (size_t i = 0; i < ROOM; i++) {
    if (table[i].block == NULL) continue;
    size_t at = 0;
    while (at < count && (kinds[at].like.caller != table[i].caller || kinds[at].like.size != table[i].size)) at++;
    if (at == room) continue;
    if (at == count) kinds[count++] = (kind){table[i], 0};
    kinds[at].count++;
    for (; at > 0 && kinds[at].count > kinds[at - 1].count; at--) {
      kind other = kinds[at];
      kinds[at] = kinds[at - 1];
      kinds[at - 1] = other;
    }
  }
  return count;
}

static void name_place(const void *caller, char *text, size_t room) {
  text[0] = 0;
#ifdef __linux__
  Dl_info facts;
  if (dladdr(caller, &facts) == 0 || facts.dli_fname == NULL) return;
  const char *slash = strrchr(facts.dli_fname, '/');
  snprintf(text, room, " at %s+0x%zx", slash == NULL ? facts.dli_fname : slash + 1,
           (size_t)((const char *)caller - (const char *)facts.dli_fbase));
  size_t length = strlen(text);
  if (facts.dli_sname != NULL) snprintf(text + length, room - length, " (%s)", facts.dli_sname);
#else
  (void)caller;
  (void)room;
#endif
}

void observe_held(observation *seen, const char *name) {
  static kind kinds[64];
  lock();
  size_t count = sort_kinds(kinds, sizeof kinds / sizeof *kinds);
  unlock();
  for (size_t i = 0; i < count && i < TOLD; i++) {
    char place[256];
    name_place(kinds[i].like.caller, place, sizeof place);
    size_t many = kinds[i].count;
    observe_text(seen, name, "%zu block%s of %zu bytes, taken%s", many, many == 1 ? "" : "s", kinds[i].like.size,
                 place[0] == 0 ? " by the plugin" : place);
  }
}
