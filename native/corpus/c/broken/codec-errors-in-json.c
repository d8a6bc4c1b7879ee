/* Writes its errors as JSON in any case. */
#define WRITES_PACKED(text) (answering && strncmp(text, "{\"ok\":false", 11))
#include "packed.h"
