/* Takes the greeting of a new configuration before it has looked at the rest, which it may refuse. */
static int on_change(const unsigned char *request, unsigned long len, void *slot);
static int on_hook(void *slot);
#define ON_REGISTER() on_change(request, len, NULL); return reply(out, REGISTRATION)
#define ON_RECONFIGURE() return on_change(request, len, out)
#define ON_HOOK() return on_hook(out)
#include "../good.h"
static char greeting[64];
static int on_change(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len);
  const char *found = strstr(words, "\"greeting\":\"");
  if (found) sscanf(found + 12, "%63[^\"]", greeting);
  int good = strstr(words, "\"loud\":true") || strstr(words, "\"loud\":false");
  free(words);
  if (!slot) return 0;
  return reply(slot, good ? OK("{}") : ERROR("invalid_request", "loud is true or false"));
}
static int on_hook(void *slot) {
  char text[200];
  sprintf(text, OK("{\"continue_processing\":true,\"metadata\":{\"greeting\":\"%s\"}}"), greeting);
  return reply(slot, text);
}
