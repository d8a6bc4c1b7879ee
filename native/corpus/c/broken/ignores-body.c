/* Never looks at a body. */
#define CHECK(shape)
#include "../good.h"
