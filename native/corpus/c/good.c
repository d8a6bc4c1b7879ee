/* The plugin of good.h as it is: no test may complain about it. */
#include "good.h"
