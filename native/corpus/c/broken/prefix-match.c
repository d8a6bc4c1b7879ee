/* Takes any method that starts like one it knows. */
#define ON_UNKNOWN()                                                                    \
  do {                                                                                  \
    if (!strncmp(method, "plugin.register", 15)) return reply(out, REGISTRATION);       \
    return reply(out, ERROR("unknown_method", "no such method"));                       \
  } while (0)
#include "../good.h"
