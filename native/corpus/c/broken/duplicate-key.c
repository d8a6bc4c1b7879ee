/* Answers with an object that has one key twice. */
#define ON_HOOK() return reply(out, OK("{\"continue_processing\":false,\"continue_processing\":true}"))
#include "../good.h"
