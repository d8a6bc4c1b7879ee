/* Ends the process with code 3 during a call. */
#define ON_HOOK() exit(3)
#include "../good.h"
