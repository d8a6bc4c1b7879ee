/* Whole pages of memory and what may be done with them: the system's part of guard.c. */
#ifndef CPEX_GUARD_PAGES_H
#define CPEX_GUARD_PAGES_H

#include <stddef.h>

typedef enum { PAGES_CLOSED, PAGES_READ, PAGES_WRITE } pages_access;

/* Bytes of one page. */
size_t pages_size(void);

/* `size` bytes of whole pages that nobody may touch, with a page on both sides that nobody ever may; NULL when there is
 * no room. */
void *pages_reserve(size_t size);

/* Changes what may be done with a part of it. Returns 0 on success. */
int pages_allow(void *at, size_t size, pages_access access);

/* Closes a part and gives its memory back; opened again it is all zeros. */
void pages_drop(void *at, size_t size);

/* Gives back what pages_reserve gave, the pages on both sides with it. */
void pages_release(void *at, size_t size);

#endif
