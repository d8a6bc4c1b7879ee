/* Plugins in need: level 10. */
#ifndef CPEX_TORTURE_H
#define CPEX_TORTURE_H

#include "crowd.h"
#include "state.h"

/* ---- shortage.c: what a plugin does without memory or descriptors ---- */

void without_memory(const frame *asked, observation *seen);
void without_descriptors(const frame *asked, observation *seen);

/* ---- storm.c ---- */

/* Calls while signals interrupt whatever system call they make. */
void signal_storm(const frame *asked, observation *seen);

/* ---- companions.c ---- */

/* Calls while other plugins are loaded into the same process and called as well. */
void with_companions(const frame *asked, observation *seen);

#endif
