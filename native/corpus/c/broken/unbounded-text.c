/* Looks for the end of a text without a thought of the end of the body. */
static int has_brackets(const unsigned char *at, unsigned long len);
#define CHECK(shape)                                                                                       \
  if (!has_brackets(request, len) || !is_request(request, len, shape)) \
    return reply(out, ERROR("invalid_request", "not what the method takes"))
#include "../good.h"
static int has_brackets(const unsigned char *at, unsigned long len) {
  const unsigned char *end = at + len;
  int depth = 0;
  for (; at < end; at++) {
    if (*at == '"') for (at++; *at != '"'; at++) {}
    depth += (*at == '{') - (*at == '}');
  }
  return depth == 0;
}
