/* Refuses what it cannot read, in words of its own. */
#define CHECK(shape) if (!is_request(request, len, shape)) return reply(out, ERROR("parse_error", "no JSON"))
#include "../good.h"
