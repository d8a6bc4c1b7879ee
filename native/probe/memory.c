/* The probe's own blocks. What a plugin gets to see lies in them too, unless a session has it guarded. */
#include "probe.h"
#include <stdlib.h>

void *block_try(size_t size) { return malloc(size > 0 ? size : 1); }

void *block_take(size_t size) {
  void *block = block_try(size);
  if (block == NULL) process_end(70);
  return block;
}

void block_give(void *block) { free(block); }
