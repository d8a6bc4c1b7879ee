/* Looks for a member of a request that is always there, and dies without it. */
static void flag_of(const unsigned char *request, unsigned long len);
#define ON_INTERCEPT() return flag_of(request, len), reply(out, OK("{}"))
#include "good.h"
static void flag_of(const unsigned char *request, unsigned long len) {
  static const char key[] = "\"Stream\":";
  for (unsigned long i = 0; i + sizeof key <= len; i++) if (!memcmp(request + i, key, sizeof key - 1) && strchr("tf", request[i + sizeof key - 1])) return;
  abort();
}
