/* Takes a key that comes twice. */
#define PACKED_SAME(one, other) 0
#include "packed.h"
