/* Answers with bytes that are neither UTF-8 nor JSON. */
#define ON_HOOK() return reply_bytes(out, "\xff\xfe\x00garbage", 10)
#include "../good.h"
