/* Opens a file in every call and closes it in none. */
#define _GNU_SOURCE
#include <fcntl.h>
#define ON_HOOK() return open("/dev/null", O_RDONLY | O_CLOEXEC), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
