/* Asks for something that no host of this kind has. */
#define ON_HOOK()                                                 \
  do {                                                            \
    ask_host("host.shell.run", "{\"command\":\"id\"}");           \
    return reply(out, OK("{\"continue_processing\":true}"));      \
  } while (0)
#include "../good.h"
