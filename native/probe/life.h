/* From the first init to the last byte of the image: what the experiments of level 7 share. */
#ifndef CPEX_LIFE_H
#define CPEX_LIFE_H

#include "crowd.h"
#include "state.h"

/* ---- facts.c; Linux only, elsewhere nothing is written ---- */

/* Writes `descriptors`, `threads`, `mappings` (lines of /proc/self/maps), `bytes` of address space, `held` (bytes of
 * anonymous memory) and `keys` (the lowest key for thread-specific data that is free). */
void process_look(observation *seen);

/* ---- life_library.c: experiments that experiments_life.c names ---- */

void unload(const frame *asked, observation *seen);
void unload_thread(const frame *asked, observation *seen);
void reload(const frame *asked, observation *seen);
void copy(const frame *asked, observation *seen);

/* ---- experiments_life.c ---- */

/* All calls once, in order, each answer compared. `step` is for step_note, with the number of the call. */
void life_calls(crowd *all, const char *step);

/* The first call of a plugin that has been initialised, from the parameters `first` and `with`. Returns its code. */
int life_register(const frame *asked);

#endif
