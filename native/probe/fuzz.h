/* Fuzzing inside the probe: bodies made from a seed and a number, calls at full speed, a record that outlives a crash.
 *
 * A round is one call. Its body depends on the seed, the round's number and what the experiment was given, and on nothing
 * that came before: whoever knows the number can make the body again, in another process, without a call. */
#ifndef CPEX_FUZZ_H
#define CPEX_FUZZ_H

#include "judge.h"

/* ---- fuzz_mutate.c ---- */

typedef struct {
  uint64_t state;
} dice;

/* The dice of one round. */
dice dice_for(uint64_t seed, uint64_t round);
uint64_t dice_next(dice *some);
/* A number below `limit`; 0 when the limit is. */
size_t dice_below(dice *some, size_t limit);

typedef struct {
  const uint8_t *bytes;
  size_t length;
} piece;

typedef struct {
  piece *all;
  size_t count;
} pieces;

/* What mutations draw from: bodies that a plugin should serve, and words that mean something to it. */
typedef struct {
  samples bodies;
  pieces words;
} seeds;

/* Picks one of the bodies and changes it a few times. Writes at most `room` bytes and returns how many; `chosen` gets the
 * index of the body that it stands on. */
size_t mutate(dice *some, const seeds *from, uint8_t *out, size_t room, size_t *chosen);

/* ---- fuzz_record.c ---- */

/* Opens the file that keeps the number of the round under way. Returns 0 when there is none to open. */
int record_open(const char *file);
/* Cheap where files can be mapped: one store. */
void record_round(uint64_t round);

/* ---- fuzz_reply.c ---- */

/* Which replies have been told: one of each look is enough, for cpex reads them all strictly. */
typedef struct {
  uint8_t seen[8192];
  size_t told;
  size_t most;
  int all; /* tell every one */
} reply_watch;

/* Tells cpex a reply of a look that is new, as the observations `round`, `code`, `slot` and `reply`; and frees it. */
void reply_take(reply_watch *looks, observation *seen, uint64_t round, int code, abi_buffer *slot);

/* ---- fuzz_steps.c ---- */
void fuzz_steps(const frame *asked, observation *seen);

#endif
