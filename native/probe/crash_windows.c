/* Crashes on Windows, wine included: told over the channel before the end, since their exit status does not survive
 * wine. */
#ifdef _WIN32
#include "crash.h"
#include <windows.h>
#include <signal.h>

HANDLE crash_job;

enum { TELL_MS = 3000 };

static _Thread_local const char *name_of_thread;
static report facts; /* begun by the thread that crashed */

void crash_thread_begin(const char *who) {
  name_of_thread = who;
  /* Leaves room on the stack to tell of its own overflow. */
  ULONG room = 64 * 1024;
  SetThreadStackGuarantee(&room);
}

void crash_thread_end(void) {}

const char *crash_thread_name(void) { return name_of_thread; }

#if defined(_M_X64) || defined(__x86_64__)
#define INSTRUCTION Rip
#else
#define INSTRUCTION Pc
#endif

void frames_from(const void *given, stack_frames *out) {
  CONTEXT context = *(const CONTEXT *)given;
  out->count = 0;
  for (int caller = 0; out->count < MOST_FRAMES && context.INSTRUCTION != 0; caller = 1) {
    DWORD64 at = context.INSTRUCTION, base = 0;
    out->at[out->count++] = (uintptr_t)at - (uintptr_t)caller;
    PRUNTIME_FUNCTION entry = RtlLookupFunctionEntry(at, &base, NULL);
    if (entry == NULL) {
      /* A function that keeps nothing, or a call of a bad address: the way back lies on the stack. */
      if (caller) return;
#if defined(_M_X64) || defined(__x86_64__)
      context.Rip = *(const DWORD64 *)context.Rsp;
      context.Rsp += sizeof(DWORD64);
#else
      context.Pc = context.Lr;
#endif
      continue;
    }
    void *data = NULL;
    DWORD64 frame = 0;
    RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, at, entry, &context, &data, &frame, NULL);
  }
}

static const struct {
  DWORD code;
  const char *signal;
} EXCEPTIONS[] = {
    {EXCEPTION_ACCESS_VIOLATION, "SIGSEGV"},   {EXCEPTION_STACK_OVERFLOW, "SIGSEGV"},
    {EXCEPTION_IN_PAGE_ERROR, "SIGSEGV"},      {EXCEPTION_GUARD_PAGE, "SIGSEGV"},
    {EXCEPTION_DATATYPE_MISALIGNMENT, "SIGBUS"}, {EXCEPTION_ILLEGAL_INSTRUCTION, "SIGILL"},
    {EXCEPTION_PRIV_INSTRUCTION, "SIGILL"},    {EXCEPTION_INT_DIVIDE_BY_ZERO, "SIGFPE"},
    {EXCEPTION_INT_OVERFLOW, "SIGFPE"},        {EXCEPTION_FLT_DIVIDE_BY_ZERO, "SIGFPE"},
    {EXCEPTION_FLT_INVALID_OPERATION, "SIGFPE"}, {EXCEPTION_BREAKPOINT, "SIGTRAP"},
};

static const char *signal_of(DWORD code) {
  for (size_t i = 0; i < sizeof EXCEPTIONS / sizeof *EXCEPTIONS; i++) {
    if (EXCEPTIONS[i].code == code) return EXCEPTIONS[i].signal;
  }
  return "SIGABRT";
}

static void about_exception(const EXCEPTION_RECORD *record, report *out) {
  switch (record->ExceptionCode) {
  case EXCEPTION_STACK_OVERFLOW:
    report_text(out, "region", "stack");
    report_text(out, "where", "beyond the end of its stack");
    break;
  case EXCEPTION_INT_DIVIDE_BY_ZERO:
    report_text(out, "why", "an integer was divided by zero");
    break;
  case EXCEPTION_ACCESS_VIOLATION:
  case EXCEPTION_IN_PAGE_ERROR:
    if (record->NumberParameters < 2) break;
    ULONG_PTR how = record->ExceptionInformation[0];
    report_text(out, "access", "%s", how == 8 ? "run" : how == 1 ? "write" : "read");
    if (record->ExceptionInformation[1] == ~(ULONG_PTR)0) report_text(out, "where", "an address that cannot exist");
    else address_report((uintptr_t)record->ExceptionInformation[1], 0, out);
    break;
  default:
    break;
  }
}

typedef struct {
  const char *name;
  DWORD code;
  const EXCEPTION_RECORD *record; /* NULL when the plugin called abort */
  const CONTEXT *context;
} crash;

static DWORD WINAPI tell(void *given) {
  static report stack;
  static stack_frames frames;
  const crash *one = given;
  frame_header header = {.kind = KIND_CRASH, .code = (int32_t)one->code};
  if (one->record != NULL) about_exception(one->record, &facts);
  channel_send_last(&header, one->name, facts.bytes, facts.length);
  frames_from(one->context, &frames);
  frames_report(&frames, 1, &stack);
  channel_send_last(&header, one->name, stack.bytes, stack.length);
  return 0;
}

/* A thread of its own tells: one whose stack is at its end has no room for that. */
static void tell_crash(crash *one) {
  static volatile LONG told;
  if (InterlockedExchange(&told, 1) != 0) return;
  report_thread(&facts);
  HANDLE teller = CreateThread(NULL, 0, tell, one, 0, NULL);
  if (teller != NULL) WaitForSingleObject(teller, TELL_MS);
}

static LONG WINAPI on_exception(EXCEPTION_POINTERS *given) {
  DWORD code = given->ExceptionRecord->ExceptionCode;
  static crash seen;
  seen = (crash){signal_of(code), code, given->ExceptionRecord, given->ContextRecord};
  tell_crash(&seen);
  TerminateProcess(GetCurrentProcess(), code);
  return EXCEPTION_EXECUTE_HANDLER;
}

/* Before anybody looks for handlers, which needs stack that is not there any more. */
static LONG WINAPI on_overflow(EXCEPTION_POINTERS *given) {
  if (given->ExceptionRecord->ExceptionCode != EXCEPTION_STACK_OVERFLOW) return EXCEPTION_CONTINUE_SEARCH;
  return on_exception(given);
}

static void on_abort(int number) {
  (void)number;
  CONTEXT here;
  RtlCaptureContext(&here);
  crash seen = {"SIGABRT", 3, NULL, &here};
  tell_crash(&seen);
  TerminateProcess(GetCurrentProcess(), 3);
}

void crashes_watch(void) {
  /* No windows that wait for somebody to click. */
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
  SetUnhandledExceptionFilter(on_exception);
  AddVectoredExceptionHandler(1, on_overflow);
  signal(SIGABRT, on_abort);
  crash_thread_begin("the main thread");
  crash_job = CreateJobObjectW(NULL, NULL);
  if (crash_job != NULL && !AssignProcessToJobObject(crash_job, GetCurrentProcess())) {
    CloseHandle(crash_job);
    crash_job = NULL;
  }
}
#endif
