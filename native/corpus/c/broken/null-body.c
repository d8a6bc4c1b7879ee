/* Looks at the first byte of a body that may have none. */
#define CHECK(shape) \
  if (request[0] != '{' || !is_request(request, len, shape)) return reply(out, ERROR("invalid_request", "no object"))
#include "../good.h"
