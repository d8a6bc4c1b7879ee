/* Frees what it finds in the response slot. */
#define ON_HOOK()        \
  do {                   \
    free(out->ptr);      \
    return reply(out, OK("{\"continue_processing\":true}")); \
  } while (0)
#include "../good.h"
