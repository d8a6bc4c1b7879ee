/* Puts a body that it cannot read into its error, as it is. */
#define CHECK(shape)                                                                                                   \
  if (!is_request(request, len, shape)) {                                                                              \
    char text[1024];                                                                                                   \
    snprintf(text, sizeof text, ERROR("invalid_request", "cannot read '%.*s'"), (int)(len < 512 ? len : 512), request); \
    return reply(out, text);                                                                                           \
  }
#include "../good.h"
