/* Is of no use any more after the first bad body. */
static int spoiled;
#define CHECK(shape) \
  if (!is_request(request, len, shape)) return spoiled = 1, reply(out, ERROR("invalid_request", "not what the method takes"))
#define ON_HOOK() \
  return spoiled ? reply(out, ERROR("plugin_error", "out of order")) : reply(out, OK("{\"continue_processing\":true}"))
#include "../good.h"
