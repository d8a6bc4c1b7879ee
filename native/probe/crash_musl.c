/* For a compiler of a glibc system that makes programs for musl: its unwinder asks for a function of glibc. */
#if defined(__linux__)
#define _GNU_SOURCE
#include <features.h>
#if !defined(__GLIBC__)
#include <link.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  unsigned long long flags;
  void *start, *end;
  struct link_map *map;
  void *frames;
  unsigned long long reserved[8];
} found_object;

typedef struct {
  uintptr_t address;
  found_object *out;
} search;

static int look(struct dl_phdr_info *module, size_t size, void *given) {
  (void)size;
  search *wanted = given;
  int inside = 0;
  uintptr_t frames = 0;
  for (int i = 0; i < module->dlpi_phnum; i++) {
    uintptr_t start = module->dlpi_addr + module->dlpi_phdr[i].p_vaddr;
    if (module->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME) frames = start;
    if (module->dlpi_phdr[i].p_type != PT_LOAD || wanted->address < start) continue;
    if (wanted->address - start >= module->dlpi_phdr[i].p_memsz) continue;
    inside = 1;
    wanted->out->start = (void *)start;
    wanted->out->end = (void *)(start + module->dlpi_phdr[i].p_memsz);
  }
  if (!inside || frames == 0) return 0;
  wanted->out->frames = (void *)frames;
  return 1;
}

int _dl_find_object(void *address, found_object *out);
int _dl_find_object(void *address, found_object *out) {
  search wanted = {(uintptr_t)address, out};
  *out = (found_object){0};
  return dl_iterate_phdr(look, &wanted) == 1 ? 0 : -1;
}
#endif
#endif
typedef int crash_musl_is_not_empty;
