/* Ends the process with success when it cannot read a request. */
#define CHECK(shape) if (!is_request(request, len, shape)) exit(0)
#include "good.h"
