/* Prints its configuration. */
#define ON_REGISTER()                                       \
  do {                                                      \
    fprintf(stderr, "config: %.*s\n", (int)len, request);   \
    return reply(out, REGISTRATION);                        \
  } while (0)
#include "../good.h"
