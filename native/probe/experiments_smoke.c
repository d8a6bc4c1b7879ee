/* Level 1: what loading costs and leaves behind, and where the functions of the plugin's table lie. */
#include "crash_maps.h"
#include "state.h"
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/resource.h>
#endif

/* Processor time of loading and init, and whether a process was started and waited for meanwhile. */
static void load_cost(const frame *asked, observation *seen) {
  (void)asked;
  observe_number(seen, "ns", plugin_start_ns);
#ifdef __linux__
  struct rusage children;
  observe_number(seen, "waited", getrusage(RUSAGE_CHILDREN, &children) == 0 && children.ru_maxrss > 0);
#endif
}

typedef struct {
  uintptr_t address;
  int found, executable;
  uintptr_t base;
  char path[512];
} code_place;

static int look(void *context, const mapping *one) {
  code_place *wanted = context;
  if (wanted->address < one->start) return 1;
  if (wanted->address >= one->end) return 0;
  wanted->found = 1;
  wanted->executable = one->executable;
  wanted->base = one->base;
  size_t length = strlen(one->path);
  if (length >= sizeof wanted->path) length = sizeof wanted->path - 1;
  memcpy(wanted->path, one->path, length);
  wanted->path[length] = 0;
  return 1;
}

static code_place place_of(uintptr_t address) {
  code_place place = {.address = address};
  mappings_visit(look, &place);
  return place;
}

static void observe_place(observation *seen, const char *name, uintptr_t address) {
  if (address == 0) return;
  code_place place = place_of(address);
  code_place own = place_of((uintptr_t)plugin_entry);
  /* The host's own code, and the C library's. */
  uintptr_t before[] = {place_of((uintptr_t)observe_place).base, place_of((uintptr_t)getenv).base};
  const char *kind = !place.found                     ? "nowhere"
                     : !place.executable              ? "data"
                     : place.base == 0                ? "no-module"
                     : place.base == own.base         ? "own"
                     : place.base == before[0] || place.base == before[1] ? "host"
                                                      : "other";
  observe_text(seen, "function", "%s %s 0x%llx %s", name, kind, (unsigned long long)address, place.path);
}

/* Where each function lies: in the plugin's own code, in another library's, or in none. */
static void table(const frame *asked, observation *seen) {
  (void)asked;
  observe_place(seen, "call", (uintptr_t)plugin_table.call);
  observe_place(seen, "free_buffer", (uintptr_t)plugin_table.free_buffer);
  observe_place(seen, "shutdown", (uintptr_t)plugin_table.shutdown);
}

const experiment smoke_experiments[] = {
    {"smoke.load", load_cost},
    {"smoke.table", table},
    {NULL, NULL},
};
