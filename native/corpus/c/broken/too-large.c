/* Answers with more than a host takes: 64 MiB and a bit. */
static int flood(void *slot);
#define ON_HOOK() return flood(out)
#include "../good.h"
static int flood(void *slot) {
  static const char head[] = "{\"ok\":true,\"result\":{\"continue_processing\":true,\"metadata\":{\"text\":\"";
  static const char tail[] = "\"}}}";
  size_t filler = (size_t)64 << 20;
  cpex_buffer *out = slot;
  out->len = sizeof head - 1 + filler + sizeof tail - 1;
  char *body = out->ptr = malloc(out->len);
  if (!body) return out->len = 0, 1;
  memcpy(body, head, sizeof head - 1);
  memset(body + sizeof head - 1, 'x', filler);
  memcpy(body + sizeof head - 1 + filler, tail, sizeof tail - 1);
  return 0;
}
