/* Answers with a buffer that has no bytes. */
#define ON_HOOK()          \
  do {                     \
    out->ptr = malloc(16); \
    out->len = 0;          \
    return 0;              \
  } while (0)
#include "../good.h"
