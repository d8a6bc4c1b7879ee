/* Writes its keys in another case than the contract; the host reads them all the same. */
#define ON_INTERCEPT() return reply(out, OK("{\"body\":\"e30=\"}"))
#include "cliproxy/good.h"
