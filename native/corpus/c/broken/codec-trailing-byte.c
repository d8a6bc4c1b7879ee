/* Counts a terminator into its replies in MessagePack. */
#define AFTER_REPLY(at) *at++ = 0
#include "packed.h"
