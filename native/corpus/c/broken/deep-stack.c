/* Needs a megabyte of stack in every call. */
static int fill(void) {
  volatile char room[1 << 20];
  for (unsigned i = 0; i < sizeof room; i += 512) room[i] = 1;
  return room[512];
}
#define ON_HOOK() return fill(), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
