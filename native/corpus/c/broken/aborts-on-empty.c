/* Ends the process over an argument that is empty. */
static int has_empty(const unsigned char *request, unsigned long len);
#define ON_HOOK()                                            \
  do {                                                       \
    if (has_empty(request, len)) abort();                    \
    return reply(out, OK("{\"continue_processing\":true}")); \
  } while (0)
#include "../good.h"
static int has_empty(const unsigned char *request, unsigned long len) {
  static const char argument[] = "\"query\":\"\"";
  for (unsigned long i = 0; i + sizeof argument <= len; i++) if (!memcmp(request + i, argument, sizeof argument - 1)) return 1;
  return 0;
}
