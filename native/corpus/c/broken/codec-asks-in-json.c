/* Goes on asking its host in JSON. */
#define ASKS_PACKED() 0
#include "packed.h"
