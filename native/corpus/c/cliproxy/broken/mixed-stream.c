/* Emits one piece and returns another. */
#define ON_STREAM() return emit(id), reply(out, OK("{\"chunks\":[{\"Payload\":\"aGk=\"}]}"))
#include "cliproxy/executor.h"
