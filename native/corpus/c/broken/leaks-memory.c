/* Forgets four kilobytes in every call. */
#include <stdlib.h>
#include <string.h>
static void *volatile forgotten;
static void forget(void) {
  forgotten = malloc(4096);
  memset(forgotten, 1, 4096);
}
#define ON_HOOK() return forget(), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
