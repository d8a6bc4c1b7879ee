/* Declares hooks and does not know the method. */
#define ON_HOOK() return reply(out, ERROR("unknown_method", "no such method"))
#include "../good.h"
