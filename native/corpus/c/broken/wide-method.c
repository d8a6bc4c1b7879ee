/* Copies the method's name in one piece of a fixed size. */
#define ON_HOOK()                                                     \
  do {                                                                \
    volatile char name[32];                                           \
    for (int i = 0; i < 32; i++) name[i] = ((const volatile char *)method)[i]; \
    return reply(out, name[0] ? OK("{\"continue_processing\":true}") : OK("{}")); \
  } while (0)
#include "good.h"
