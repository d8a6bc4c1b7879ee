/* Answers commands that it never declared. */
#define ON_UNKNOWN()                                                                   \
  do {                                                                                 \
    if (!strcmp(method, "command.run")) return reply(out, OK("{\"exit_code\":0}"));    \
    return reply(out, ERROR("unknown_method", "no such method"));                      \
  } while (0)
#include "../good.h"
