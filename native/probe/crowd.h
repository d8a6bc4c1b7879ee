/* Calls that many threads make, and whether each brought the answer that it has to bring: level 6. */
#ifndef CPEX_CROWD_H
#define CPEX_CROWD_H

#include "judge.h"
#include <stdatomic.h>

/* What the threads of one experiment share. */
typedef struct {
  goldens calls;
  const char *step; /* for step_note, with the numbers of a call and of its thread */
  atomic_size_t made;
  atomic_size_t wrong;
  atomic_int told;
  /* The first wrong answer. */
  size_t thread;
  size_t at; /* which call */
  int code;
  uint8_t *got;
  size_t length;
} crowd;

void crowd_open(crowd *all, const frame *asked);

/* Makes one of the calls, whose number may be larger than there are. Its reply stays in the slot. */
int crowd_call(crowd *all, size_t thread, size_t at, abi_buffer *slot);

/* Looks whether the reply in the slot is what it has to be, and frees it. */
void crowd_check(crowd *all, size_t thread, size_t at, int code, abi_buffer *slot);

/* Both, with room for others in between. */
void crowd_round(crowd *all, size_t thread, size_t at);

/* Writes `made` and `wrong`, and of the first wrong answer `thread`, `at` (the number of the call), `code` and `got`. */
void crowd_close(crowd *all, observation *seen);

/* Ends an experiment for which the system has not given enough threads. */
void crowd_short(observation *seen, size_t wanted, size_t given);

/* ---- crowd_race.c: experiments that experiments_thread.c names ---- */

void free_race(const frame *asked, observation *seen);
void changes(const frame *asked, observation *seen);

#endif
