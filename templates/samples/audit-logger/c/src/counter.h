/* Counts in the host's store, which calls on several threads and other processes use at the same time. */
#ifndef COUNTER_H
#define COUNTER_H

#include "cpex/cpex.h"

typedef struct counter {
  uint64_t value;
  /* What this process has stored; `storing` is set while it does so. */
  uint64_t stored;
  bool storing;
} counter;

/* Counts one up under a key and tells the new count. False, and a failure of the call, when the store does not work. */
bool counter_next(cpex_call *call, counter *one, const char *key, uint64_t *count);

/* Reads a stored count; 0 when there is none. */
bool counter_read(cpex_call *call, const char *key, uint64_t *count);

#endif
