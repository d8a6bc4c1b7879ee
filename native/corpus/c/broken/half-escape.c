/* Looks for the second half of an escaped character, and goes on without it. */
#include <stddef.h>
#include <stdint.h>
static int second_half(const uint8_t *request, size_t len);
#define CHECK(shape)
#define ON_HOOK() \
  if (second_half(request, len) < 0) return 1; \
  return reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"

static int second_half(const uint8_t *request, size_t len) {
  for (size_t at = 0; at + 6 <= len; at++) {
    if (memcmp(request + at, "\\ud83d", 6)) continue;
    const char *next = at + 12 <= len && !memcmp(request + at + 6, "\\ude", 4) ? (const char *)request + at + 6 : NULL;
    if (*(volatile const char *)next != '\\') return -1;
  }
  return 0;
}
