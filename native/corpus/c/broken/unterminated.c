/* Answers with an object that never ends. */
#define ON_HOOK() return reply(out, "{\"ok\":true,\"result\":{\"continue_processing\":true")
#include "../good.h"
