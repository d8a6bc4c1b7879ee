/* Declares a capability that no host has. */
#define CAPABILITIES "{\"hoks\":[\"tool_pre_invoke\"]}"
#include "../good.h"
