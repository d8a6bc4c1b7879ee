/* Counts all quotes so far, again and again, while it reads a body. */
static unsigned long quotes_in(const unsigned char *body, unsigned long len);
#define CHECK(shape)                                                           \
  if (quotes_in(request, len) % 2 || !is_request(request, len, shape))         \
    return reply(out, ERROR("invalid_request", "not what the method takes"))
#include "../good.h"
static unsigned long quotes_in(const unsigned char *body, unsigned long len) {
  unsigned long count = 0;
  for (unsigned long end = 0; end <= len; end += 256) {
    count = 0;
    for (volatile const unsigned char *at = body; at < body + (end + 256 > len ? len : end); at++) count += *at == '"';
  }
  return count;
}
