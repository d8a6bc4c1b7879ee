/* Takes the headers of a request for an object, whatever they are. */
static int headers_of(const unsigned char *request, unsigned long len);
#define ON_INTERCEPT() return headers_of(request, len), reply(out, OK("{}"))
#include "good.h"
static int headers_of(const unsigned char *request, unsigned long len) {
  static const char key[] = "\"Headers\":{";
  const unsigned char *found = NULL;
  for (unsigned long i = 0; i + sizeof key <= len; i++) if (!memcmp(request + i, key, sizeof key - 1)) found = request + i;
  return *(volatile const unsigned char *)found == '"';
}
