/* Has room for the configurations of two changes. */
static void change(void);
#define ON_RECONFIGURE() \
  change();               \
  return reply(out, OK("{}"))
#include "good.h"

static void change(void) {
  static void *kept[2];
  static int changes;
  if (changes == 2) *(volatile int *)8 = 1;
  kept[changes++] = host->host_ctx;
}
