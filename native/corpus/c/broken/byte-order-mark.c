/* Answers with a byte order mark in front. */
#define ON_HOOK() return reply(out, "\xef\xbb\xbf" OK("{\"continue_processing\":true}"))
#include "../good.h"
