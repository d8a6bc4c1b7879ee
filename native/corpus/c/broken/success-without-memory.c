/* Says success when there is no memory for its reply. */
#define ON_HOOK() return reply(out, OK("{\"continue_processing\":true}")), 0
#include "good.h"
