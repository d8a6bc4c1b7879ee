/* Words for an address that a thread could not use. */
#include "crash.h"
#include "crash_maps.h"
#include <stdio.h>

enum { NULL_PAGE = 65536, BELOW_STACK = 65536, ABOVE_STACK = 1 << 20 };

typedef struct {
  uintptr_t address;
  mapping found; /* without its path */
  int inside;
  char path[256];
} place;

static int look(void *context, const mapping *one) {
  place *wanted = context;
  if (one->end <= wanted->address) return 0;
  wanted->found = *one;
  wanted->inside = one->start <= wanted->address;
  snprintf(wanted->path, sizeof wanted->path, "%s", one->path);
  return 1;
}

static void say(report *out, uintptr_t address, const char *region, const char *where) {
  report_text(out, "address", "0x%llx", (unsigned long long)address);
  report_text(out, "region", "%s", region);
  report_text(out, "where", "%s", where);
}

/* Below a stack lies a page that nobody may touch, or nothing. */
static int beyond_stack(const place *at, uintptr_t address, uintptr_t stack_pointer) {
  if (stack_pointer == 0 || address + BELOW_STACK < stack_pointer || address > stack_pointer + ABOVE_STACK) return 0;
  return !at->inside || !at->found.readable;
}

static const char *allowed(const mapping *one) {
  if (!one->readable && !one->writable) return "memory that nobody may touch";
  if (one->writable) return one->executable ? "memory" : "memory that may be written but not run";
  return one->executable ? "code, which cannot be written" : "memory that can only be read";
}

void address_report(uintptr_t address, uintptr_t stack_pointer, report *out) {
  char words[400];
  const char *guarded = guard_describe((const void *)address, words, sizeof words);
  if (guarded != NULL) {
    say(out, address, "guard", guarded);
    return;
  }
  if (address < NULL_PAGE) {
    snprintf(words, sizeof words, address == 0 ? "a null pointer" : "a null pointer, %llu bytes further on",
             (unsigned long long)address);
    say(out, address, "null", words);
    return;
  }
  place at = {.address = address};
  if (mappings_visit(look, &at) != 0) {
    report_text(out, "address", "0x%llx", (unsigned long long)address);
  } else if (beyond_stack(&at, address, stack_pointer)) {
    say(out, address, "stack", "beyond the end of its stack");
  } else if (!at.inside) {
    say(out, address, "unmapped", "an address where there is no memory");
  } else if (at.path[0] == '/') {
    snprintf(words, sizeof words, "%s, of %s", allowed(&at.found), at.path);
    say(out, address, "image", words);
  } else {
    snprintf(words, sizeof words, "%s%s%s", allowed(&at.found), at.path[0] == 0 ? "" : ", of the ",
             at.path[0] == '[' ? at.path + 1 : at.path);
    size_t length = 0;
    while (words[length] != 0) length++;
    if (at.path[0] == '[' && length > 0 && words[length - 1] == ']') words[length - 1] = 0;
    say(out, address, "memory", words);
  }
}
