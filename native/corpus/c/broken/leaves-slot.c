/* Takes for granted that the response slot was empty. */
#define ON_UNKNOWN() return 1
#include "../good.h"
