/* Keeps the length of a body in sixteen bits. */
static unsigned char *copy_of(const unsigned char *request, unsigned long len);
#define CHECK(shape)                                                           \
  unsigned char *copy = copy_of(request, len);                                 \
  int good = is_request(copy, len, shape);                                     \
  free(copy);                                                                  \
  if (!good) return reply(out, ERROR("invalid_request", "not what the method takes"))
#include "../good.h"
static unsigned char *copy_of(const unsigned char *request, unsigned long len) {
  unsigned short length = (unsigned short)len;
  unsigned char *copy = malloc(length + 1u);
  for (unsigned long i = 0; i < len; i++) copy[i] = request[i];
  return copy;
}
