/* A cheap look at each reply. Those that look new go to cpex, which reads them by every rule of the envelope. */
#include "fuzz.h"
#include <string.h>

enum { HEAD = 48, TAIL = 16, MOST_BYTES = 256 * 1024 };

/* Code, size class, beginning and end: what a reply looks like without being read. */
static uint32_t look_of(int code, const abi_buffer *slot) {
  uint32_t hash = 2166136261u ^ (uint32_t)code;
  const uint8_t *bytes = slot->ptr;
  size_t length = bytes == NULL ? 0 : slot->len;
  size_t size_class = 0;
  for (size_t rest = length; rest > 0; rest >>= 1) size_class++;
  hash = (hash ^ (uint32_t)(bytes == NULL) ^ (uint32_t)size_class << 8) * 16777619u;
  size_t head = length < HEAD ? length : HEAD;
  for (size_t i = 0; i < head; i++) hash = (hash ^ bytes[i]) * 16777619u;
  for (size_t i = length - head < TAIL ? head : length - TAIL; i < length; i++) hash = (hash ^ bytes[i]) * 16777619u;
  return hash ^ hash >> 16;
}

void reply_take(reply_watch *looks, observation *seen, uint64_t round, int code, abi_buffer *slot) {
  uint32_t at = look_of(code, slot) % (sizeof looks->seen * 8);
  uint8_t bit = (uint8_t)(1u << (at & 7));
  if (looks->all || ((looks->seen[at >> 3] & bit) == 0 && looks->told < looks->most)) {
    looks->seen[at >> 3] |= bit;
    looks->told++;
    size_t length = slot->ptr == NULL ? 0 : slot->len;
    observe_number(seen, "round", (double)round);
    observe_number(seen, "code", code);
    observe_number(seen, "slot", slot->ptr == NULL ? -1 : (double)slot->len);
    observe_bytes(seen, "reply", slot->ptr, length < MOST_BYTES ? length : MOST_BYTES);
  }
  if (slot->ptr != NULL) watched_free(slot->ptr, slot->len);
}
