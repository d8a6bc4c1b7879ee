/* Forgets 200 bytes in every call. */
#include <stdlib.h>
#include <string.h>
static void *volatile forgotten;
static void forget(void) {
  forgotten = malloc(200);
  if (forgotten) memset(forgotten, 1, 200);
}
#define ON_HOOK() return forget(), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
