/* Leaves the floating-point unit of the calling thread rounding down. */
static void round_down(void) {
#if defined(__x86_64__)
  unsigned control = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr((control & ~0x6000u) | 0x2000u);
#elif defined(__aarch64__)
  unsigned long control;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  __asm__ volatile("msr fpcr, %0" : : "r"((control & ~0xc00000ul) | 0x800000ul));
#endif
}
#define ON_HOOK() return round_down(), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
