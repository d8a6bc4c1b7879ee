/* Keeps one buffer for all its replies. */
#define ALLOCATE(len) one_buffer
#define ON_FREE() (void)ptr
static char one_buffer[4096];
#define ON_HOOK()                                                                                        \
  do {                                                                                                   \
    static int calls;                                                                                    \
    return reply(out, ++calls % 2 ? OK("{\"continue_processing\":true}") : OK("{ \"continue_processing\":true}")); \
  } while (0)
#include "good.h"
