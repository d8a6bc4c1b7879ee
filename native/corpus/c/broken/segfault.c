/* Writes through a null pointer during a call. */
#define ON_HOOK() return *(volatile int *)0 = 1
#include "../good.h"
