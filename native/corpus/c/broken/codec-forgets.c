/* Goes back to JSON when its configuration is replaced. */
#define ON_RECONFIGURE() __atomic_store_n(&chosen, 0, __ATOMIC_RELEASE); return reply(out, OK("{}"))
#include "packed.h"
