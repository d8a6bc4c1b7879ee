/* Looks for white space before the request as well. */
#define ON_HOOK() \
  return ((const volatile uint8_t *)request)[-1] == 256 ? 1 : reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
