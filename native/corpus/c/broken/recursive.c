/* Follows containers into one another however deep they go. */
static int depth_of(const unsigned char **at, const unsigned char *end);
#define CHECK(shape)                                                                                   \
  do {                                                                                                 \
    const unsigned char *at = request;                                                                 \
    if (depth_of(&at, request + len) > 128 || !is_request(request, len, shape))                        \
      return reply(out, ERROR("invalid_request", "not what the method takes"));                        \
  } while (0)
#include "../good.h"
__attribute__((noinline)) static int depth_of(const unsigned char **at, const unsigned char *end) {
  volatile char room[256];
  int deepest = 0;
  for (room[0] = 0; *at < end; ++*at) {
    if (**at == ']' || **at == '}') break;
    if (**at != '[' && **at != '{') continue;
    ++*at;
    int depth = 1 + depth_of(at, end);
    if (depth > deepest) deepest = depth;
  }
  return deepest + room[0];
}
