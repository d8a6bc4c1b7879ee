/* Processor time, which other programs of a busy machine do not add to. */
#if defined(__linux__)
#define _POSIX_C_SOURCE 200809L
#elif defined(__APPLE__)
#define _DARWIN_C_SOURCE
#endif
#include "state.h"

#ifdef _WIN32
#include <windows.h>

static double spent(const FILETIME *kernel, const FILETIME *user) {
  double high = (double)kernel->dwHighDateTime + (double)user->dwHighDateTime;
  return (high * 4294967296.0 + (double)kernel->dwLowDateTime + (double)user->dwLowDateTime) * 100;
}

double processor_ns(void) {
  FILETIME begun, ended, kernel, user;
  if (!GetProcessTimes(GetCurrentProcess(), &begun, &ended, &kernel, &user)) return 0;
  return spent(&kernel, &user);
}

double thread_processor_ns(void) {
  FILETIME begun, ended, kernel, user;
  if (!GetThreadTimes(GetCurrentThread(), &begun, &ended, &kernel, &user)) return 0;
  return spent(&kernel, &user);
}
#else
#include <time.h>

static double read_clock(clockid_t which) {
  struct timespec now = {0, 0};
  clock_gettime(which, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

double processor_ns(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }
double thread_processor_ns(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }
#endif
