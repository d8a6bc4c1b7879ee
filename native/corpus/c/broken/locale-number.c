/* Leaves it to the locale how a number is written. */
#include <stdio.h>
#define ON_HOOK()                                                                                        \
  do {                                                                                                   \
    char text[100];                                                                                      \
    snprintf(text, sizeof text, OK("{\"continue_processing\":true,\"metadata\":{\"score\":%.1f}}"), 0.5); \
    return reply(out, text);                                                                             \
  } while (0)
#include "good.h"
