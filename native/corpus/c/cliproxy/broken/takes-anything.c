/* Answers methods that it does not have. */
#define ON_UNKNOWN() return reply(out, OK("{}"))
#include "cliproxy/good.h"
