/* Memory between two pages that nobody may touch.
 *
 * One block costs whole pages and is kept closed for a while when it is over, so that a pointer that was kept traps. */
#ifndef CPEX_GUARD_H
#define CPEX_GUARD_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  GUARD_OFF,   /* somewhere between the pages, with zeros on both sides: for blocks of which only the access is watched */
  GUARD_END,   /* the byte after the last one traps */
  GUARD_START, /* the byte before the first one traps */
} guard_side;

typedef struct guard_block {
  uint8_t *at; /* its bytes: here, `length` of them */
  size_t length;
  /* The rest belongs to guard.c. */
  uint8_t *pages;
  size_t room;
  const char *what;
  char about[64];
  const char *gone;
  const char *fixed;
  int writable;
  guard_side side;
  struct guard_block *next;
} guard_block;

/* Once, before there are threads. */
void guard_init(void);

/* A block that may be written, all zeros. `what` and `about` make its name: "the request of" and "hook.invoke"; `what`
 * stays where it is, `about` may be NULL. `skew` is what its address leaves when it is divided by 16, 0 for any. NULL when
 * there is no memory for it. */
guard_block *guard_open(size_t length, guard_side side, size_t skew, const char *what, const char *about);

/* Nobody may write to it any more. */
void guard_fix(guard_block *block);

/* Nobody may touch it any more, because of `gone`: "after the call had returned", a text that stays where it is. */
void guard_close(guard_block *block, const char *gone);

/* The same without the closing: its pages may serve again at once. */
void guard_reuse(guard_block *block);

/* For loops: writes `length` bytes into a block, no more than it was opened with, so that they end, or begin, at its
 * guard page, and returns their address. No call of the system: millions a second. */
uint8_t *guard_fill(guard_block *block, const void *bytes, size_t length);

/* The block in which an address lies, its guard pages included; NULL for an address of somebody else. */
guard_block *guard_find(const void *address);

/* Says in which block an address lies, or just beside which: "1 byte after the end of the request of hook.invoke
 * (142 bytes)". NULL for an address of somebody else. No lock and no memory is taken: for signal handlers. */
const char *guard_describe(const void *address, char *text, size_t room);

#endif
