/* The plugin of packed.h as it is: no test may complain about it, in JSON or in MessagePack. */
#include "packed.h"
