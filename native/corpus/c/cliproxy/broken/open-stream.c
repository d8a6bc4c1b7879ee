/* Never closes its stream. */
#define ON_STREAM() return emit(id), reply(out, OK("{\"headers\":null}"))
#include "cliproxy/executor.h"
