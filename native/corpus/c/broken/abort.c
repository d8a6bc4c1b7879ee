/* Aborts during a call. */
#define ON_HOOK() abort()
#include "../good.h"
