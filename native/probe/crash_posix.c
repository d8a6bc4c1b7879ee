/* Crashes where there is POSIX: what a signal says goes to cpex, then the signal does what it always did, so that the
 * exit status stays the signal. Go installs handlers of its own when it is loaded and hands on what is not Go's. */
#ifndef _WIN32
#if defined(__APPLE__)
#define _DARWIN_C_SOURCE
#else
#define _GNU_SOURCE
#endif
#include "crash.h"
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#if defined(__APPLE__)
#include <sys/ucontext.h>
#else
#include <ucontext.h>
#endif
#include <unistd.h>

enum { HANDLER_STACK = 128 * 1024, MOST_SPARE = 64, RESTING = 16 };

static const struct {
  int number;
  const char *name;
} SIGNALS[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGILL, "SIGILL"}, {SIGFPE, "SIGFPE"},
    {SIGABRT, "SIGABRT"}, {SIGTRAP, "SIGTRAP"}, {SIGSYS, "SIGSYS"},
};
enum { COUNT = sizeof SIGNALS / sizeof *SIGNALS };

static pid_t owner;
static int sanitized; /* then stacks for handlers are the sanitizer's, too: it unmaps what it finds */
static _Thread_local const char *name_of_thread;
static _Thread_local void *stack_of_thread;

/* Stacks of threads that have ended, the oldest at `oldest`. They are not taken away, and the last RESTING ones serve
 * nobody else: something may still run on them, since a thread goes on for a moment in destructors of the plugin. */
static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;
static void *spare[MOST_SPARE];
static size_t oldest, spares;

static void *take_stack(void) {
  void *found = NULL;
  pthread_mutex_lock(&spare_lock);
  if (spares > RESTING) {
    found = spare[oldest];
    oldest = (oldest + 1) % MOST_SPARE;
    spares--;
  }
  pthread_mutex_unlock(&spare_lock);
  if (found != NULL) return found;
  found = mmap(NULL, HANDLER_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  return found == MAP_FAILED ? NULL : found;
}

void crash_thread_begin(const char *who) {
  name_of_thread = who;
  if (sanitized || stack_of_thread != NULL || (stack_of_thread = take_stack()) == NULL) return;
  stack_t mine;
  memset(&mine, 0, sizeof mine);
  mine.ss_sp = stack_of_thread;
  mine.ss_size = HANDLER_STACK;
  sigaltstack(&mine, NULL);
}

void crash_thread_end(void) {
  pthread_mutex_lock(&spare_lock);
  if (stack_of_thread != NULL && spares < MOST_SPARE) spare[(oldest + spares++) % MOST_SPARE] = stack_of_thread;
  pthread_mutex_unlock(&spare_lock);
  stack_of_thread = NULL;
}

const char *crash_thread_name(void) { return name_of_thread; }

/* What a system says of the access that failed; NULL where it does not. */
static const char *access_of(const ucontext_t *context) {
#if defined(__linux__) && defined(__x86_64__)
  unsigned long long error = (unsigned long long)context->uc_mcontext.gregs[REG_ERR];
  if (context->uc_mcontext.gregs[REG_TRAPNO] != 14) return NULL; /* no page fault */
  return error & 16 ? "run" : error & 2 ? "write" : "read";
#elif defined(__linux__) && defined(__aarch64__)
  const uint32_t syndrome_magic = 0x45535201;
  const uint8_t *at = (const uint8_t *)context->uc_mcontext.__reserved;
  const uint8_t *end = at + sizeof context->uc_mcontext.__reserved;
  while (end - at >= 16) {
    uint32_t magic, size;
    uint64_t syndrome;
    memcpy(&magic, at, sizeof magic);
    memcpy(&size, at + 4, sizeof size);
    memcpy(&syndrome, at + 8, sizeof syndrome);
    if (magic == 0 || size < 8) return NULL;
    unsigned class = (unsigned)(syndrome >> 26 & 63);
    if (magic == syndrome_magic) return class == 0x20 || class == 0x21 ? "run" : syndrome & 64 ? "write" : "read";
    at += size;
  }
  return NULL;
#else
  (void)context;
  return NULL;
#endif
}

static uintptr_t stack_pointer_of(const ucontext_t *context) {
#if defined(__linux__) && defined(__x86_64__)
  return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__linux__) && defined(__aarch64__)
  return (uintptr_t)context->uc_mcontext.sp;
#else
  (void)context;
  return 0;
#endif
}

static void about_signal(int number, const siginfo_t *info, const void *context, report *out) {
  if (number == SIGFPE) {
    if (info->si_code == FPE_INTDIV) report_text(out, "why", "an integer was divided by zero");
  } else if (number == SIGILL || number == SIGTRAP) {
    report_text(out, "why", "an instruction that ends the process was run, as compilers put it where code cannot go on");
  } else if (number == SIGSEGV || number == SIGBUS) {
    const char *access = access_of(context);
    int given = 1;
#if defined(__linux__)
    given = info->si_code != SI_KERNEL;
#endif
    if (access != NULL) report_text(out, "access", "%s", access);
    if (given) address_report((uintptr_t)info->si_addr, stack_pointer_of(context), out);
    else report_text(out, "where", "%s", "an address that cannot exist");
  }
}

static _Noreturn void end_with(int number) {
  signal(number, SIG_DFL);
  sigset_t mine;
  sigemptyset(&mine);
  sigaddset(&mine, number);
  pthread_sigmask(SIG_UNBLOCK, &mine, NULL);
  raise(number);
  _exit(128 + number);
}

static void on_crash(int number, siginfo_t *info, void *context) {
  static atomic_int told;
  static report facts, stack;
  /* A process that the plugin forked has nothing to say here. */
  if (getpid() != owner) end_with(number);
  if (atomic_exchange(&told, 1)) {
    for (;;) pause(); /* another thread is telling of its own */
  }
  size_t which = 0;
  while (which < COUNT - 1 && SIGNALS[which].number != number) which++;
  frame_header header = {.kind = KIND_CRASH, .code = info->si_code};
  report_thread(&facts);
  if (info->si_code > 0) about_signal(number, info, context, &facts);
  else report_text(&facts, "sender", "%ld", (long)info->si_pid);
  channel_send_last(&header, SIGNALS[which].name, facts.bytes, facts.length);
  stack_frames frames;
  frames_from(context, &frames);
  frames_report(&frames, 1, &stack);
  channel_send_last(&header, SIGNALS[which].name, stack.bytes, stack.length);
  end_with(number);
}

/* A sanitizer tells of crashes itself, and better. */
static int is_sanitized(void) {
  static const char *const NAMES[] = {"__asan_init", "__tsan_init", "__hwasan_init", "__msan_init"};
  void *self = dlopen(NULL, RTLD_NOW);
  if (self == NULL) return 0;
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    if (dlsym(self, NAMES[i]) != NULL) return 1;
  }
  return 0;
}

void crashes_watch(void) {
  owner = getpid();
  sanitized = is_sanitized();
  crash_thread_begin("the main thread");
  if (sanitized) return;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  for (size_t i = 0; i < COUNT; i++) sigaction(SIGNALS[i].number, &action, NULL);
}
#endif
