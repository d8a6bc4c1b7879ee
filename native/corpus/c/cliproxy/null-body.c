/* Looks at the first byte of a body that may have none, as this host never sends it. */
#define ON_INTERCEPT() return reply(out, request[0] == '{' ? OK("{}") : ERROR("invalid_request", "no object"))
#include "good.h"
