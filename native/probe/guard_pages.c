/* Pages by mmap and mprotect, or by VirtualAlloc and VirtualProtect. */
#if defined(__APPLE__)
#define _DARWIN_C_SOURCE
#elif defined(__linux__)
#define _DEFAULT_SOURCE
#endif
#include "guard_pages.h"

#ifdef _WIN32
#include <windows.h>

size_t pages_size(void) {
  SYSTEM_INFO facts;
  GetSystemInfo(&facts);
  return facts.dwPageSize;
}

void *pages_reserve(size_t size) {
  char *base = VirtualAlloc(NULL, size + 2 * pages_size(), MEM_RESERVE, PAGE_NOACCESS);
  return base == NULL ? NULL : base + pages_size();
}

/* Committing what is committed changes nothing but its protection. */
int pages_allow(void *at, size_t size, pages_access access) {
  DWORD how = access == PAGES_WRITE ? PAGE_READWRITE : access == PAGES_READ ? PAGE_READONLY : PAGE_NOACCESS;
  return VirtualAlloc(at, size, MEM_COMMIT, how) == NULL ? -1 : 0;
}

void pages_drop(void *at, size_t size) { VirtualFree(at, size, MEM_DECOMMIT); }

void pages_release(void *at, size_t size) {
  (void)size;
  VirtualFree((char *)at - pages_size(), 0, MEM_RELEASE);
}
#else
#include <sys/mman.h>
#include <unistd.h>

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0 /* what FreeBSD does anyway */
#endif

size_t pages_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

/* The pages on both sides are of another kind than those between them: Linux joins neighbours of one kind while both are
 * closed and parts them again, which takes far longer than the change itself. */
void *pages_reserve(size_t size) {
  size_t page = pages_size();
  char *base = mmap(NULL, size + 2 * page, PROT_NONE, MAP_SHARED | MAP_ANON | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return NULL;
  pages_drop(base + page, size);
  return base + page;
}

int pages_allow(void *at, size_t size, pages_access access) {
  static const int HOW[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE};
  return mprotect(at, size, HOW[access]);
}

void pages_drop(void *at, size_t size) {
  mmap(at, size, PROT_NONE, MAP_PRIVATE | MAP_ANON | MAP_FIXED | MAP_NORESERVE, -1, 0);
}

void pages_release(void *at, size_t size) { munmap((char *)at - pages_size(), size + 2 * pages_size()); }
#endif
