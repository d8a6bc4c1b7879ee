/* Says that all is well and fills in nothing but the version. */
#define FILL() plugin->abi_version = 1
#include "../good.h"
