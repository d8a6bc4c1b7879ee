/* Takes the name of a flag that the host keeps for itself, and a type that it does not know. */
#define CAPABILITIES "{\"command_line_plugin\":true}"
#define ON_OTHER()                                                                                             \
  if (is("command_line.register"))                                                                             \
    return reply(out, OK("{\"Flags\":[{\"Name\":\"help\"},{\"Name\":\"fine\",\"Type\":\"duration\"}]}"));     \
  if (is("command_line.execute")) return reply(out, OK("{}"))
#include "cliproxy/good.h"
