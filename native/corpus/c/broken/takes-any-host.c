/* Does not look at the version of its host. */
#define ON_OTHER_HOST() return 0
#include "../good.h"
