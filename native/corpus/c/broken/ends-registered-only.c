/* Takes for granted in shutdown that it was registered. */
static char *name;
#define ON_REGISTER() name = strdup("plugin"); return reply(out, REGISTRATION)
#define ON_SHUTDOWN() name[0] = 0
#include "../good.h"
