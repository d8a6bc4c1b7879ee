/* Changes the environment of the whole process. */
#define _GNU_SOURCE
#include <stdlib.h>
#define ON_HOOK() return setenv("TZ", "UTC", 1), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
