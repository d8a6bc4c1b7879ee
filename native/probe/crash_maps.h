/* The memory map of this process. */
#ifndef CPEX_CRASH_MAPS_H
#define CPEX_CRASH_MAPS_H

#include <stdint.h>

typedef struct {
  uintptr_t start, end;
  int readable, writable, executable;
  const char *path; /* of the file, or a word in brackets such as [heap], or empty; valid during the visit */
  uintptr_t base;   /* where the module of that file begins; 0 when it is none */
} mapping;

/* Visits the mappings by address until one visit returns 1. Takes no memory and no lock. Returns 0, or -1 where the
 * system does not tell its map. */
int mappings_visit(int (*visit)(void *context, const mapping *one), void *context);

#endif
