/* Threads, libraries, time and the end of the process on Windows, wine included. */
#ifdef _WIN32
#include "crash.h"
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything that this process starts; crash_windows.c. */
extern HANDLE crash_job;

struct platform_lock {
  SRWLOCK lock;
};

struct platform_signal {
  CONDITION_VARIABLE condition;
};

platform_lock *lock_new(void) {
  platform_lock *lock = block_take(sizeof *lock);
  InitializeSRWLock(&lock->lock);
  return lock;
}

void lock_take(platform_lock *lock) { AcquireSRWLockExclusive(&lock->lock); }
int lock_try(platform_lock *lock) { return TryAcquireSRWLockExclusive(&lock->lock) != 0; }
void lock_drop(platform_lock *lock) { ReleaseSRWLockExclusive(&lock->lock); }

platform_signal *signal_new(void) {
  platform_signal *signal = block_take(sizeof *signal);
  InitializeConditionVariable(&signal->condition);
  return signal;
}

void signal_free(platform_signal *signal) { block_give(signal); }

void signal_wait(platform_signal *signal, platform_lock *lock) {
  SleepConditionVariableSRW(&signal->condition, &lock->lock, INFINITE, 0);
}

void signal_wake(platform_signal *signal) { WakeConditionVariable(&signal->condition); }

typedef struct {
  void (*run)(void *argument);
  void *argument;
} errand;

static DWORD WINAPI run_errand(void *given) {
  errand mine = *(errand *)given;
  this_thread.aside = 1;
  block_give(given);
  crash_thread_begin("a thread of the host");
  mine.run(mine.argument);
  return 0;
}

int thread_start(void (*run)(void *argument), void *argument) {
  errand *given = block_take(sizeof *given);
  given->run = run;
  given->argument = argument;
  HANDLE thread = CreateThread(NULL, (SIZE_T)8 << 20, run_errand, given, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
  if (thread == NULL) return -1;
  CloseHandle(thread);
  return 0;
}

double clock_ns(void) {
  LARGE_INTEGER frequency, now;
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&now);
  return (double)now.QuadPart * 1e9 / (double)frequency.QuadPart;
}

void sleep_ms(double milliseconds) {
  if (milliseconds > 0) Sleep((DWORD)milliseconds);
}

static void *said_by_system(void *result, char *said, size_t room) {
  if (result != NULL) return result;
  DWORD code = GetLastError();
  char words[512] = "";
  DWORD how = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
  DWORD length = FormatMessageA(how, NULL, code, 0, words, sizeof words, NULL);
  while (length > 0 && (words[length - 1] == '\n' || words[length - 1] == '\r' || words[length - 1] == '.')) length--;
  snprintf(said, room, "%.*s (error %lu)", (int)length, words, (unsigned long)code);
  return NULL;
}

void *library_open(const char *file, char *said, size_t room) {
  int letters = MultiByteToWideChar(CP_UTF8, 0, file, -1, NULL, 0);
  wchar_t *wide = letters > 0 ? block_try((size_t)letters * sizeof *wide) : NULL;
  if (wide == NULL) return said_by_system(NULL, said, room);
  MultiByteToWideChar(CP_UTF8, 0, file, -1, wide, letters);
  /* What a library needs is looked for beside it first. */
  HMODULE library = LoadLibraryExW(wide, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
  void *result = said_by_system((void *)library, said, room);
  block_give(wide);
  return result;
}

void *library_symbol(void *library, const char *name, char *said, size_t room) {
  FARPROC found = GetProcAddress((HMODULE)library, name);
  void *address = NULL;
  memcpy(&address, &found, sizeof address);
  return said_by_system(address, said, room);
}

void library_close(void *library) { FreeLibrary((HMODULE)library); }

int library_mapped(const char *file) { return GetModuleHandleA(file) != NULL; }

_Noreturn void process_end(int code) {
  if (code == 1 && crash_job != NULL) TerminateJobObject(crash_job, 1);
  TerminateProcess(GetCurrentProcess(), (UINT)code);
  abort();
}
#endif
