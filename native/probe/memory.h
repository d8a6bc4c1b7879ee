/* Experiments of experiments_memory.c that have a file of their own. */
#ifndef CPEX_MEMORY_H
#define CPEX_MEMORY_H

#include "judge.h"

/* Whether each free_buffer gives back what its reply has cost. */
void free_whole(const frame *asked, observation *seen);

/* The same call many times over, with what the plugin holds at the end of each part of the way. */
void balance(const frame *asked, observation *seen);

/* Blocks that the plugin holds; while they are more than `few`, it is given a moment: it may free on a thread of its own. */
size_t held_after_all(size_t few);

/* Whether an address lies in the plugin's own file. */
int in_plugin(const void *address);

/* Whether an address cannot be written; 0 as well where nothing says so. */
int is_constant(const void *address);

#endif
