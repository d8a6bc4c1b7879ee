/* Takes a body for a C string, which ends at the first NUL. */
#define CHECK(shape)                                                   \
  char *text = len ? strndup((const char *)request, len) : strdup(""); \
  int good = is_request((const uint8_t *)text, strlen(text), shape);   \
  free(text);                                                          \
  if (!good) return reply(out, ERROR("invalid_request", "not what the method takes"))
#define _GNU_SOURCE
#include "../good.h"
