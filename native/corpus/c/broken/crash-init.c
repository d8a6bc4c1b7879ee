/* Writes through a null pointer in its entry function. */
#define ON_INIT() *(volatile int *)0 = 1
#include "../good.h"
