/* Never goes back to JSON once it has chosen MessagePack. */
#define ON_CHOICE(codec) if ((codec) == MSGPACK) __atomic_store_n(&chosen, 1, __ATOMIC_RELEASE)
#include "packed.h"
