/* Declares a capability by a name that the host does not know. */
#define CAPABILITIES "{\"request_interceptor\":true,\"stream_chunk_interceptor\":true}"
#include "cliproxy/good.h"
