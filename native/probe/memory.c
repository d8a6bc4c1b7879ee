/* All memory that a plugin gets to see comes from here, each block on its own: a place for guard pages and ledgers. */
#include "probe.h"
#include <stdlib.h>

void *block_try(size_t size) { return malloc(size > 0 ? size : 1); }

void *block_take(size_t size) {
  void *block = block_try(size);
  if (block == NULL) process_end(70);
  return block;
}

void block_give(void *block) { free(block); }
