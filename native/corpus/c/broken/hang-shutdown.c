/* Never comes back from shutdown. */
#include <unistd.h>
#define ON_SHUTDOWN() for (;;) pause()
#include "../good.h"
