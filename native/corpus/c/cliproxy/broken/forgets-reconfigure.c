/* Answers a change of the configuration without its registration. */
#define ON_RECONFIGURE() return reply(out, OK("{}"))
#include "cliproxy/good.h"
