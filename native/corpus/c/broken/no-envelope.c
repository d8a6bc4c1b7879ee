/* Answers with a result that has no envelope around it. */
#define ON_HOOK() return reply(out, "{\"continue_processing\":true}")
#include "../good.h"
