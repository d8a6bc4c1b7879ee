/* Answers with an error that has no code. */
#define ON_HOOK() return reply(out, "{\"ok\":false,\"error\":{\"message\":\"it did not work\"}}")
#include "../good.h"
