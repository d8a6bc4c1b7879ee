/* The command "fixture-fail" exits with 7 and says why; with --hang it stays for ever, with --crash it dies. */
#define _GNU_SOURCE
#define METADATA "{\"id\":\"fails\",\"name\":\"Fails\",\"version\":\"1.0.0\",\"author\":\"Tests\"}"
#define CAPABILITIES "{\"command\":[{\"verb\":\"fixture-fail\",\"about\":\"Fails with 7.\",\"args\":[" \
  "{\"kind\":\"flag\",\"long\":\"hang\"},{\"kind\":\"flag\",\"long\":\"crash\"}]}]}"
#define ON_COMMAND
#include "build.h"

static int on_command(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len);
  if (words && strstr(words, "\"hang\":true")) for (;;) pause();
  if (words && strstr(words, "\"crash\":true")) *(volatile int *)0 = 1;
  free(words);
  return reply(slot, OK("{\"exit_code\":7,\"message\":\"seven is the number\"}"));
}
