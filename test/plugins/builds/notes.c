/* The command "notes" with verbs below it, and arguments of every kind; prints the request as it came. */
#define _GNU_SOURCE
#define METADATA "{\"id\":\"notes\",\"name\":\"Notes\",\"version\":\"1.0.0\",\"author\":\"Tests\"}"
#define CAPABILITIES                                                                                                    \
  "{\"command\":[{\"verb\":\"notes\",\"about\":\"Keeps notes.\",\"args\":[],\"subcommands\":["                          \
  "{\"verb\":\"add\",\"about\":\"Adds a note.\",\"args\":["                                                             \
  "{\"kind\":\"positional\",\"name\":\"text\",\"help\":\"What to note.\",\"required\":true,\"value_type\":\"string\"}," \
  "{\"kind\":\"option\",\"long\":\"tag\",\"short\":\"t\",\"help\":\"A word to find it by.\",\"required\":false,"        \
  "\"value_type\":\"string\",\"default\":\"none\"},"                                                                    \
  "{\"kind\":\"option\",\"long\":\"limit\",\"help\":\"Most notes that are kept, of which the oldest ones go first "     \
  "when there are more than that.\",\"required\":false,\"value_type\":\"int\"},"                                        \
  "{\"kind\":\"option\",\"long\":\"keep\",\"required\":false,\"value_type\":\"bool\"},"                                 \
  "{\"kind\":\"flag\",\"long\":\"quiet\",\"short\":\"q\",\"help\":\"Print nothing.\"}]},"                               \
  "{\"verb\":\"list\",\"about\":\"Lists all notes.\",\"args\":[]}]}]}"
#define ON_COMMAND
#include "build.h"

static int on_command(const unsigned char *request, unsigned long len, void *slot) {
  char *encoded = base64(request, len), *output = NULL;
  if (encoded && asprintf(&output, "{\"stream\":\"stdout\",\"data\":\"%s\"}", encoded) > 0)
    ask_host("host.output.write", output);
  free(encoded), free(output);
  return reply(slot, OK("{\"exit_code\":0}"));
}
