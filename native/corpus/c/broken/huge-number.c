/* Takes a number of the payload for an index, however large it is. */
#include <stddef.h>
#include <stdint.h>
static int count(const uint8_t *request, size_t len);
#define ON_HOOK() return count(request, len) ? 1 : reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"

static int count(const uint8_t *request, size_t len) {
  static volatile char seen[64];
  char text[32];
  for (size_t at = 0; at < len; at++) {
    if (request[at] != 'e' || at == 0 || len - at < 6 || request[at + 1] != '+') continue;
    memcpy(text, request + at - 1, 6);
    text[6] = 0;
    double number = strtod(text, NULL);
    if (number >= 1e300) seen[(size_t)1 << 40] = 1;
  }
  return 0;
}
