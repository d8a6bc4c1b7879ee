/* Signals, limits, timers, umask and the floating-point unit, where there is POSIX. */
#if defined(__linux__)
#define _GNU_SOURCE
#elif defined(__APPLE__)
#define _DARWIN_C_SOURCE
#endif
#include "state.h"

#ifdef _WIN32
void snapshot_posix(observation *seen) { (void)seen; }
#else
#include <dlfcn.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

#if defined(__APPLE__)
#include <xlocale.h>
#endif

enum { SIGNALS = 65 };

static void handler_of(observation *seen, int number, const struct sigaction *now) {
  void *code;
  memcpy(&code, &now->sa_handler, sizeof code);
  Dl_info where;
  int known = dladdr(code, &where) != 0 && where.dli_fname != NULL;
  const char *file = known ? strrchr(where.dli_fname, '/') : NULL;
  file = file != NULL ? file + 1 : known ? where.dli_fname : "unknown code";
  unsigned long offset = (unsigned long)((uintptr_t)code - (known ? (uintptr_t)where.dli_fbase : 0));
  observe_text(seen, "signal", "%d handler %s+0x%lx", number, file, offset);
}

static void signals(observation *seen) {
  for (int number = 1; number < SIGNALS; number++) {
    struct sigaction now;
    if (sigaction(number, NULL, &now) != 0) continue;
    if (now.sa_handler == SIG_DFL) observe_text(seen, "signal", "%d default", number);
    else if (now.sa_handler == SIG_IGN) observe_text(seen, "signal", "%d ignored", number);
    else handler_of(seen, number, &now);
  }
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, NULL, &blocked);
  for (int number = 1; number < SIGNALS; number++) {
    if (sigismember(&blocked, number) == 1) observe_text(seen, "mask", "%d", number);
  }
}

static void timers(observation *seen) {
  static const struct {
    int which;
    const char *name;
  } ALL[] = {{ITIMER_REAL, "real"}, {ITIMER_VIRTUAL, "virtual"}, {ITIMER_PROF, "prof"}};
  for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++) {
    struct itimerval now;
    if (getitimer(ALL[i].which, &now) != 0) continue;
    if (now.it_value.tv_sec != 0 || now.it_value.tv_usec != 0) observe_text(seen, "timer", "%s", ALL[i].name);
  }
}

static void limits(observation *seen) {
  static const struct {
    int which;
    const char *name;
  } ALL[] = {
      {RLIMIT_CORE, "RLIMIT_CORE"}, {RLIMIT_CPU, "RLIMIT_CPU"},     {RLIMIT_DATA, "RLIMIT_DATA"},
      {RLIMIT_AS, "RLIMIT_AS"},     {RLIMIT_FSIZE, "RLIMIT_FSIZE"}, {RLIMIT_NOFILE, "RLIMIT_NOFILE"},
      {RLIMIT_STACK, "RLIMIT_STACK"},
  };
  for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++) {
    struct rlimit now;
    if (getrlimit(ALL[i].which, &now) != 0) continue;
    observe_text(seen, "limit", "%s %llu %llu", ALL[i].name, (unsigned long long)now.rlim_cur,
                 (unsigned long long)now.rlim_max);
  }
}

/* Rounding, precision, flushing and traps: what changes results. The flags that calculations leave are masked out. */
static void floating_point(observation *seen) {
#if (defined(__x86_64__) || defined(__i386__)) && defined(__SSE__)
  uint16_t control;
  __asm__ volatile("fnstcw %0" : "=m"(control));
  observe_text(seen, "fpu", "mxcsr 0x%x, x87 0x%x", __builtin_ia32_stmxcsr() & 0xffc0u, (unsigned)control);
#elif defined(__aarch64__)
  uint64_t control;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  observe_text(seen, "fpu", "fpcr 0x%llx", (unsigned long long)control);
#else
  (void)seen;
#endif
}

void snapshot_posix(observation *seen) {
  /* There is no way to only read it; nobody else makes files at this moment but threads of the plugin. */
  mode_t mask = umask(077);
  umask(mask);
  observe_text(seen, "umask", "%03o", (unsigned)mask);
  observe_text(seen, "threadLocale", "%s", uselocale((locale_t)0) == LC_GLOBAL_LOCALE ? "global" : "its own");
  signals(seen);
  timers(seen);
  limits(seen);
  floating_point(seen);
}
#endif
