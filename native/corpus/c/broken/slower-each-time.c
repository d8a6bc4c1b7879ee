/* Keeps a list of all calls and walks over it in each. */
#include <stdlib.h>
struct call { struct call *next; char room[200]; };
static struct call *calls;
static void remember(void) {
  for (int i = 0; i < 200; i++) {
    struct call *one = malloc(sizeof *one);
    one->next = calls;
    calls = one;
  }
  for (volatile struct call *one = calls; one; one = one->next) {
  }
}
#define ON_HOOK() return remember(), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
