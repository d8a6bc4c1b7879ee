/* Reads one value and leaves the rest of the body. */
#define PACKED_ENDS(at, end) ((at) <= (end))
#include "packed.h"
