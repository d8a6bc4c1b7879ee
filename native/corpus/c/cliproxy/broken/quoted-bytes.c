/* Puts JSON into quotes before it encodes it. */
#define ON_INTERCEPT() return reply(out, OK("{\"Body\":\"IntcIm1vZGVsXCI6XCJtXCJ9Ig==\"}"))
#include "cliproxy/good.h"
