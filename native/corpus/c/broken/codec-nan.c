/* Takes NaN and infinities. */
#define PACKED_FINITE(number) 1
#include "packed.h"
