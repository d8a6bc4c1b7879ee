/* Starts a login without a state, by which the host would ask how it goes on. */
#define CAPABILITIES "{\"auth_provider\":true}"
#define ON_OTHER()                                                                                                  \
  if (is("auth.identifier")) return reply(out, OK("{\"identifier\":\"tests\"}"));                                   \
  if (is("auth.parse")) return reply(out, OK("{\"Handled\":true,\"Auth\":{\"Provider\":\"tests\",\"ID\":\"a\"}}")); \
  if (is("auth.login.start")) return reply(out, OK("{\"URL\":\"https://example.org\"}"));                           \
  if (is("auth.login.poll")) return reply(out, OK("{\"Status\":\"waiting\"}"));                                     \
  if (is("auth.refresh")) return reply(out, OK("{\"Auth\":{\"Provider\":\"tests\"}}"))
#include "cliproxy/good.h"
