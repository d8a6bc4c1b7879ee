/* Takes the request for a C string, which has no end of its own. */
#define ON_HOOK() return strlen((const char *)request) ? reply(out, OK("{\"continue_processing\":true}")) : 1
#include "good.h"
