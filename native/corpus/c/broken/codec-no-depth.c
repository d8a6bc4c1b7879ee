/* Follows any nesting. */
#define PACKED_DEPTH 1000000000
#include "packed.h"
