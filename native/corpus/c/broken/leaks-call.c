/* Copies what it is asked, and forgets the copy. */
#define ON_HOOK()                                              \
  do {                                                         \
    *(volatile uint8_t *)malloc(len) = *request;               \
    return reply(out, OK("{\"continue_processing\":true}"));   \
  } while (0)
#include "good.h"
