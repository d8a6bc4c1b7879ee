/* Prints to stdout and stderr in every place where it can. */
__attribute__((constructor)) static void greet(void);
#define ON_HOOK()                                                     \
  do {                                                                \
    puts("noise in a call");                                          \
    fflush(stdout);                                                   \
    return reply(out, OK("{\"continue_processing\":true}"));          \
  } while (0)
#include "../good.h"
static void greet(void) { fputs("noise on load\n", stderr); }
