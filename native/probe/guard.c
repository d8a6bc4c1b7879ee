/* Blocks between guard pages: pooled by size, closed for a while when they are over, found again by address.
 *
 * Records of blocks are never given back, so that a signal handler may read them at any time. A block that is over stays
 * closed until MOST_CLOSED others have come after it; then its pages serve again, or, when they are many, go back. */
#include "guard_pages.h"
#include "judge.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 256, MOST_CHUNKS = 48, MOST_CLOSED = 256, SHELVES = 9, MARGIN = 64, ALIGNMENT = 16 };

static platform_lock *lock;
static size_t page;
static guard_block *chunks[MOST_CHUNKS];
static atomic_size_t made;
/* Blocks to be used again: by the power of two of their pages, and records without pages. */
static guard_block *shelves[SHELVES];
static guard_block *records;
/* Blocks that are over, the oldest at `first`. */
static guard_block *closed[MOST_CLOSED];
static size_t first, waiting;

void guard_init(void) {
  lock = lock_new();
  page = pages_size();
}

static guard_block *take(guard_block **list) {
  guard_block *found = *list;
  if (found != NULL) *list = found->next;
  return found;
}

static void put(guard_block **list, guard_block *block) {
  block->next = *list;
  *list = block;
}

/* The shelf for that many bytes; SHELVES for more than any holds. */
static size_t shelf_of(size_t size) {
  size_t shelf = 0;
  while (shelf < SHELVES && page << shelf < size) shelf++;
  return shelf;
}

static guard_block *new_record(void) {
  guard_block *found = take(&records);
  if (found != NULL) return found;
  size_t count = atomic_load(&made);
  if (count == (size_t)CHUNK * MOST_CHUNKS) return NULL;
  if (count % CHUNK == 0) {
    guard_block *chunk = block_try(CHUNK * sizeof *chunk);
    if (chunk == NULL) return NULL;
    memset(chunk, 0, CHUNK * sizeof *chunk);
    chunks[count / CHUNK] = chunk;
  }
  atomic_store(&made, count + 1);
  return &chunks[count / CHUNK][count % CHUNK];
}

static guard_block *new_block(size_t room) {
  guard_block *block = new_record();
  if (block == NULL) return NULL;
  uint8_t *pages = pages_reserve(room);
  if (pages == NULL) {
    put(&records, block);
    return NULL;
  }
  block->room = room;
  block->writable = 0;
  block->pages = pages;
  return block;
}

/* Pages that hold `size` bytes, closed. */
static guard_block *find_block(size_t size) {
  size_t shelf = shelf_of(size);
  lock_take(lock);
  guard_block *block = shelf < SHELVES ? take(&shelves[shelf]) : NULL;
  if (block == NULL) block = new_block(shelf < SHELVES ? page << shelf : (size + page - 1) / page * page);
  lock_drop(lock);
  return block;
}

/* Pages whose turn has come: used again, or given back. */
static void retire(guard_block *block) {
  size_t shelf = shelf_of(block->room);
  if (shelf < SHELVES) {
    put(&shelves[shelf], block);
    return;
  }
  uint8_t *pages = block->pages;
  block->pages = NULL;
  pages_release(pages, block->room);
  put(&records, block);
}

static uint8_t *place(const guard_block *block, size_t length, size_t skew) {
  if (block->side == GUARD_START) return block->pages + skew;
  if (block->side == GUARD_OFF) return block->pages + MARGIN + skew;
  uint8_t *at = block->pages + block->room - length;
  return skew == 0 ? at : at - ((uintptr_t)at - skew) % ALIGNMENT;
}

guard_block *guard_open(size_t length, guard_side side, size_t skew, const char *what, const char *about) {
  if (length > MAX_BODY) return NULL;
  guard_block *block = find_block(length + 2 * MARGIN);
  if (block == NULL) return NULL;
  if (!block->writable && pages_allow(block->pages, block->room, PAGES_WRITE) != 0) {
    guard_reuse(block);
    return NULL;
  }
  /* Pages that are given back when they are over come empty. */
  if (shelf_of(block->room) < SHELVES) memset(block->pages, 0, block->room);
  block->writable = 1;
  block->side = side;
  block->at = place(block, length, skew % ALIGNMENT);
  block->length = length;
  block->what = what;
  block->gone = block->fixed = NULL;
  snprintf(block->about, sizeof block->about, "%s", about == NULL ? "" : about);
  return block;
}

void guard_fix(guard_block *block) {
  block->fixed = "which is read-only";
  block->writable = 0;
  pages_allow(block->pages, block->room, PAGES_READ);
}

void guard_close(guard_block *block, const char *gone) {
  block->gone = gone;
  block->writable = 0;
  if (shelf_of(block->room) < SHELVES) pages_allow(block->pages, block->room, PAGES_CLOSED);
  else pages_drop(block->pages, block->room);
  lock_take(lock);
  if (waiting == MOST_CLOSED) {
    retire(closed[first]);
    first = (first + 1) % MOST_CLOSED;
    waiting--;
  }
  closed[(first + waiting++) % MOST_CLOSED] = block;
  lock_drop(lock);
}

void guard_reuse(guard_block *block) {
  lock_take(lock);
  retire(block);
  lock_drop(lock);
}

uint8_t *guard_fill(guard_block *block, const void *bytes, size_t length) {
  block->at = place(block, length, 0);
  block->length = length;
  if (length > 0) memcpy(block->at, bytes, length);
  return block->at;
}

guard_block *guard_find(const void *address) {
  const uint8_t *wanted = address;
  size_t count = atomic_load(&made);
  for (size_t i = 0; i < count; i++) {
    guard_block *block = &chunks[i / CHUNK][i % CHUNK];
    const uint8_t *pages = block->pages;
    if (pages != NULL && wanted >= pages - page && wanted < pages + block->room + page) return block;
  }
  return NULL;
}

/* Texts without snprintf, which may take memory and locks. */
typedef struct {
  char *at;
  char *end;
} writer;

static void say(writer *out, const char *text) {
  while (*text != 0 && out->at < out->end) *out->at++ = *text++;
}

static void say_number(writer *out, size_t count) {
  char digits[24];
  size_t at = sizeof digits - 1;
  digits[at] = 0;
  size_t rest = count;
  do digits[--at] = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  say(out, digits + at);
}

static void say_bytes(writer *out, size_t count) {
  say_number(out, count);
  say(out, count == 1 ? " byte" : " bytes");
}

const char *guard_describe(const void *address, char *text, size_t room) {
  const guard_block *block = guard_find(address);
  if (block == NULL || block->what == NULL || room == 0) return NULL;
  const uint8_t *wanted = address;
  const uint8_t *end = block->at + block->length;
  writer out = {text, text + room - 1};
  if (wanted >= end) {
    say_bytes(&out, (size_t)(wanted - end) + 1);
    say(&out, " after the end of ");
  } else if (wanted < block->at) {
    say_bytes(&out, (size_t)(block->at - wanted));
    say(&out, " before the start of ");
  } else if (block->length > 1) {
    say(&out, "byte ");
    say_number(&out, (size_t)(wanted - block->at) + 1);
    say(&out, " of ");
  }
  say(&out, block->what);
  if (block->about[0] != 0) {
    say(&out, " ");
    say(&out, block->about);
  }
  say(&out, " (");
  say_bytes(&out, block->length);
  say(&out, ")");
  const char *why = block->gone != NULL ? block->gone : wanted >= block->at && wanted < end ? block->fixed : NULL;
  if (why != NULL) {
    say(&out, ", ");
    say(&out, why);
  }
  *out.at = 0;
  return text;
}
