/* What the functions of ledger_malloc.c and the record in ledger.c know of one another. */
#ifndef CPEX_LEDGER_H
#define CPEX_LEDGER_H

#include <stddef.h>

/* Whether anything is counted now; cheap to ask at each allocation. */
extern volatile int ledger_counts;

/* Whether this allocation has to fail. */
int ledger_refuses(void);
/* A block that the plugin got, and from which place in the code. */
void ledger_took(const void *block, size_t size, const void *caller);
/* A block that goes back, whoever's it is. */
void ledger_gave(const void *block);

/* Whether allocations of libraries come to ledger_malloc.c at all. */
int ledger_interposed(void);

#endif
