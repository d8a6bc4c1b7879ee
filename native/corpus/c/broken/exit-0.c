/* Ends the process with code 0 during a call: looks like success from outside. */
#define ON_HOOK() exit(0)
#include "../good.h"
