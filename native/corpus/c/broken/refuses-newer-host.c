/* Wants to be registered by the very schema version that it knows. */
#define ON_REGISTER()                                                                             \
  do {                                                                                            \
    char body[8192] = "";                                                                         \
    memcpy(body, request, len < sizeof body - 1 ? len : sizeof body - 1);                         \
    char *at = strstr(body, "\"schema_version\":");                                               \
    if (at && atoi(at + 17) != 1) return reply(out, ERROR("invalid_request", "unknown schema"));  \
    return reply(out, REGISTRATION);                                                              \
  } while (0)
#include "../good.h"
