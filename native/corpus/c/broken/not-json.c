/* Answers with text that is no JSON. */
#define ON_HOOK() return reply(out, "everything is fine")
#include "../good.h"
