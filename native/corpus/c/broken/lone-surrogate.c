/* Answers with half of a surrogate pair. */
#define ON_HOOK() return reply(out, OK("{\"continue_processing\":true,\"metadata\":{\"half\":\"\\ud800\"}}"))
#include "../good.h"
