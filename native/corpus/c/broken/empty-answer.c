/* Returns 0 and nothing. */
#define ON_HOOK() return out->ptr = NULL, out->len = 0, 0
#include "../good.h"
