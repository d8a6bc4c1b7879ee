/* A plugin with one hook that asks its host nothing: it reads the whole request and allows, or, compiled with
 * -DHANDS_BACK, hands the payload back as a modified one. JSON and MessagePack. */
#define ASKS()
#ifndef HANDS_BACK
#define ON_HOOK() return reply(out, OK("{\"continue_processing\":true}"))
#endif
#include "packed.h"
