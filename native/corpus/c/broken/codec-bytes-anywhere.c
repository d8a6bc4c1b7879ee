/* Takes bytes where there are none. */
#define PACKED_BYTES 1
#include "packed.h"
