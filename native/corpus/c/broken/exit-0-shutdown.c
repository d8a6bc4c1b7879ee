/* Ends the process with code 0 in shutdown. */
#define ON_SHUTDOWN() exit(0)
#include "../good.h"
