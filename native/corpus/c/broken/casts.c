/* Takes the payload for an object, whatever it is. */
#define _GNU_SOURCE
static int payload_of(const unsigned char *request, unsigned long len);
#define ON_HOOK() \
  return payload_of(request, len) ? reply(out, OK("{\"continue_processing\":true}")) : reply(out, ERROR("plugin_error", "no payload"))
#include "../good.h"
static int payload_of(const unsigned char *request, unsigned long len) {
  static const char key[] = "\"payload\":{";
  const unsigned char *found = NULL;
  for (unsigned long i = 0; i + sizeof key <= len; i++) if (!memcmp(request + i, key, sizeof key - 1)) found = request + i;
  return *(volatile const unsigned char *)found == '"';
}
