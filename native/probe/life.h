/* From the first init to the last byte of the image: what the experiments of level 7 share. */
#ifndef CPEX_LIFE_H
#define CPEX_LIFE_H

#include "state.h"

/* ---- facts.c; Linux only, elsewhere nothing is written ---- */

/* Writes `descriptors`, `threads`, `mappings` (lines of /proc/self/maps), `bytes` of address space, `held` (bytes of
 * anonymous memory) and `keys` (the lowest key for thread-specific data that is free). */
void process_look(observation *seen);

#endif
