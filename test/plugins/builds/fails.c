/* The command "fixture-fail": exits with 7 and says why. */
#define _GNU_SOURCE
#define METADATA "{\"id\":\"fails\",\"name\":\"Fails\",\"version\":\"1.0.0\",\"author\":\"Tests\"}"
#define CAPABILITIES "{\"command\":[{\"verb\":\"fixture-fail\",\"about\":\"Fails with 7.\",\"args\":[]}]}"
#define ON_COMMAND
#include "build.h"

static int on_command(const unsigned char *request, unsigned long len, void *slot) {
  (void)request, (void)len;
  return reply(slot, OK("{\"exit_code\":7,\"message\":\"seven is the number\"}"));
}
