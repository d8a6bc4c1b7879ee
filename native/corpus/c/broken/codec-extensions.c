/* Takes extension types. */
#define PACKED_EXTENSIONS 1
#include "packed.h"
