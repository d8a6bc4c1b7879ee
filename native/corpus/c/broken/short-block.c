/* Says that its replies are a byte longer than the blocks that they lie in. */
#define ON_HOOK()                                                        \
  do {                                                                   \
    static const char text[] = OK("{\"continue_processing\":true}  ");   \
    out->len = sizeof text - 1;                                          \
    volatile size_t room = out->len - 1;                                 \
    out->ptr = malloc(room);                                             \
    memcpy(out->ptr, text, out->len);                                    \
    return 0;                                                            \
  } while (0)
#include "good.h"
