/* Returns 1 together with an envelope that says all is well. */
#define ON_HOOK() return reply(out, OK("{\"continue_processing\":true}")), 1
#include "../good.h"
