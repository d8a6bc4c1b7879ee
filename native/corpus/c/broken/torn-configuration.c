/* Takes a new configuration in two steps. */
static int on_change(const unsigned char *request, unsigned long len, void *slot);
static int on_hook(void *slot);
#define ON_REGISTER() on_change(request, len, NULL); return reply(out, REGISTRATION)
#define ON_RECONFIGURE() return on_change(request, len, out)
#define ON_HOOK() return on_hook(out)
#include "../good.h"
#include <unistd.h>
static unsigned one, other;
static int on_change(const unsigned char *request, unsigned long len, void *slot) {
  /* The configuration as both requests have it: from its key on, up to where it ends. */
  char *words = strndup((const char *)request, len), *config = strstr(words, "\"greeting\":\"");
  unsigned sum = 0;
  for (config = config ? config + 12 : ""; *config && *config != '"'; config++) sum = sum * 31 + (unsigned char)*config;
  free(words);
  one = sum;
  usleep(500);
  other = sum;
  return slot ? reply(slot, OK("{}")) : 0;
}
static int on_hook(void *slot) {
  char text[160];
  sprintf(text, OK("{\"continue_processing\":true,\"metadata\":{\"from\":%u,\"to\":%u}}"), one, other);
  return reply(slot, text);
}
