/* Counts the terminator of its C string as part of the body. */
#define ON_HOOK() return reply_bytes(out, OK("{\"continue_processing\":true}"), sizeof OK("{\"continue_processing\":true}"))
#include "../good.h"
