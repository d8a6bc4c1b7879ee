/* Frames as cpex can look them up: the module of each, and how far into it the address lies. */
#if defined(__APPLE__)
#define _DARWIN_C_SOURCE
#else
#define _GNU_SOURCE
#endif
#include "crash.h"
#include "crash_maps.h"
#include <stdio.h>
#include <string.h>

typedef struct {
  uintptr_t base;
  char path[240];
  char symbol[200];
} origin;

typedef struct {
  const stack_frames *frames;
  origin *all;
} search;

static int look(void *context, const mapping *one) {
  search *wanted = context;
  if (one->base == 0) return 0;
  for (size_t i = 0; i < wanted->frames->count; i++) {
    uintptr_t at = wanted->frames->at[i];
    if (at < one->start || at >= one->end) continue;
    wanted->all[i].base = one->base;
    snprintf(wanted->all[i].path, sizeof wanted->all[i].path, "%s", one->path);
  }
  return 0;
}

#ifdef _WIN32
#include <windows.h>

static void ask_loader(uintptr_t address, origin *out) {
  HMODULE module = NULL;
  DWORD how = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
  if (!GetModuleHandleExA(how, (LPCSTR)address, &module)) return;
  out->base = (uintptr_t)module;
  GetModuleFileNameA(module, out->path, sizeof out->path - 1);
}
#else
#include <dlfcn.h>

static void ask_loader(uintptr_t address, origin *out) {
  Dl_info facts;
  if (dladdr((void *)address, &facts) == 0) return;
  if (out->base == 0) {
    out->base = (uintptr_t)facts.dli_fbase;
    snprintf(out->path, sizeof out->path, "%s", facts.dli_fname == NULL ? "" : facts.dli_fname);
  }
  if (facts.dli_sname == NULL) return;
  snprintf(out->symbol, sizeof out->symbol, "%s+0x%llx", facts.dli_sname,
           (unsigned long long)(address - (uintptr_t)facts.dli_saddr));
}
#endif

void frames_report(const stack_frames *frames, int with_symbols, report *out) {
  static origin all[MOST_FRAMES]; /* for one thread at a time: the one that crashed first, or the reader */
  memset(all, 0, sizeof all);
  search wanted = {frames, all};
  int mapped = mappings_visit(look, &wanted) == 0;
  for (size_t i = 0; i < frames->count; i++) {
    origin *one = &all[i];
    if (with_symbols || !mapped) ask_loader(frames->at[i], one);
    report_text(out, "frame", "0x%llx\t%s\t%s", (unsigned long long)(frames->at[i] - one->base), one->symbol,
                one->path);
  }
}
