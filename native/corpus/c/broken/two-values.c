/* Answers with two JSON values. */
#define ON_HOOK() return reply(out, OK("{\"continue_processing\":true}") OK("{}"))
#include "../good.h"
