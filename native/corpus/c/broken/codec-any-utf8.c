/* Takes texts that are not UTF-8. */
#define PACKED_UTF8(text, size) 1
#include "packed.h"
