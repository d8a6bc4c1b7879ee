/* Whole pages of memory and what may be done with them: the system's part of guard.c. */
#ifndef CPEX_GUARD_PAGES_H
#define CPEX_GUARD_PAGES_H

#include <stddef.h>

typedef enum { PAGES_CLOSED, PAGES_READ, PAGES_WRITE } pages_access;

/* Bytes of one page. */
size_t pages_size(void);

/* Address space that nobody may touch; NULL when there is none. */
void *pages_reserve(size_t size);

/* Changes what may be done with a part of it. Returns 0 on success. */
int pages_allow(void *at, size_t size, pages_access access);

/* Closes a part and gives its memory back; opened again it is all zeros. */
void pages_drop(void *at, size_t size);

/* Gives back the address space of pages_reserve. */
void pages_release(void *at, size_t size);

#endif
