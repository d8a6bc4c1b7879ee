/* Changes the working folder of the whole process. */
#include <unistd.h>
#define ON_HOOK() return (chdir("/") == 0), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
