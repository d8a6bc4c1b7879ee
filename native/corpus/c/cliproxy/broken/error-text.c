/* Says what went wrong as a text, where the host reads an object. */
#define ON_STREAM() return reply(out, OK("{\"chunks\":[{\"Payload\":\"aGk=\",\"Err\":\"late\"}]}"))
#include "cliproxy/executor.h"
