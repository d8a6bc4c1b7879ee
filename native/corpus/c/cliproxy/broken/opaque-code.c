/* Fails with a code and no envelope. */
#define ON_INTERCEPT() return reply(out, "out of order"), 7
#include "cliproxy/good.h"
