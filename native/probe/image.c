/* Where an address lies: in the file of the plugin or not, and whether it can be written there. */
#if defined(__linux__)
#define _GNU_SOURCE
#elif defined(__APPLE__)
#define _DARWIN_C_SOURCE
#endif
#include "memory.h"
#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>

int in_plugin(const void *address) {
  MEMORY_BASIC_INFORMATION facts;
  if (VirtualQuery(address, &facts, sizeof facts) == 0) return 0;
  return facts.AllocationBase == plugin_library;
}

int is_constant(const void *address) {
  MEMORY_BASIC_INFORMATION facts;
  if (VirtualQuery(address, &facts, sizeof facts) == 0) return 0;
  return (facts.Protect & (PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE)) == 0;
}
#else
#include <dlfcn.h>

int in_plugin(const void *address) {
  Dl_info wanted, entry;
  void *known;
  memcpy(&known, &plugin_entry, sizeof known);
  if (known == NULL || dladdr(known, &entry) == 0 || dladdr(address, &wanted) == 0) return 0;
  return wanted.dli_fbase == entry.dli_fbase;
}

#ifdef __linux__
int is_constant(const void *address) {
  FILE *maps = fopen("/proc/self/maps", "r");
  if (maps == NULL) return 0;
  char line[512];
  int constant = 0;
  while (fgets(line, sizeof line, maps) != NULL) {
    unsigned long long from, to;
    char access[8];
    if (sscanf(line, "%llx-%llx %7s", &from, &to, access) != 3) continue;
    if ((uintptr_t)address >= from && (uintptr_t)address < to) constant = access[1] != 'w';
  }
  fclose(maps);
  return constant;
}
#else
/* Nothing says so here: what cannot be known counts as writable. */
int is_constant(const void *address) {
  (void)address;
  return 0;
}
#endif
#endif
