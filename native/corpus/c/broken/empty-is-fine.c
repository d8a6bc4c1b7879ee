/* Takes a body of no bytes for one without anything to say. */
#define CHECK(shape) \
  if (len > 0 && !is_request(request, len, shape)) return reply(out, ERROR("invalid_request", "not what the method takes"))
#include "../good.h"
