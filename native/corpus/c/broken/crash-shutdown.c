/* Writes through a null pointer in shutdown. */
#define ON_SHUTDOWN() *(volatile int *)0 = 1
#include "../good.h"
