/* Never comes back from its entry function. */
#include <unistd.h>
#define ON_INIT() for (;;) pause()
#include "../good.h"
