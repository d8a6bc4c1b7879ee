/* Recurses until the stack is gone. */
static int deeper(int depth);
#define ON_HOOK() return deeper(1)
#include "../good.h"
static int deeper(int depth) {
  volatile char frame[4096];
  memset((void *)frame, depth, sizeof frame);
  return deeper(depth + 1) + frame[depth % 4096];
}
