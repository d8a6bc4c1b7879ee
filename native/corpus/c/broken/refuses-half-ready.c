/* Refuses a host that it does not know before it is ready for its own shutdown. */
static char *state;
#define ON_INIT() if (api->abi_version == 1) state = malloc(16)
#define ON_SHUTDOWN() state[0] = 0
#include "../good.h"
