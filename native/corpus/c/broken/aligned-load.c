/* Reads the request sixteen bytes at a time, by loads that need their alignment. */
#define ON_HOOK() return reply(out, first_bytes(request) ? OK("{\"continue_processing\":true}") : OK("{}"))
#if defined(__x86_64__)
#define LOAD "movaps (%1), %%xmm0; movd %%xmm0, %0" : "=r"(first) : "r"(request) : "xmm0", "memory"
#elif defined(__aarch64__)
/* Exclusive loads trap where ordinary ones do not. */
#define LOAD "ldaxr %w0, [%1]" : "=r"(first) : "r"(request) : "memory"
#endif
static int first_bytes(const unsigned char *request) {
  unsigned first = 0;
  __asm__ volatile(LOAD);
  return first != 0;
}
#include "good.h"
