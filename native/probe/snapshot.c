/* The state of the process that every system has. */
#include "state.h"
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <direct.h>
#define getcwd _getcwd
#define THE_ENVIRONMENT _environ
#else
#include <unistd.h>
extern char **environ;
#define THE_ENVIRONMENT environ
#endif

static observation kept;

static void environment(observation *seen) {
  if (THE_ENVIRONMENT == NULL) return;
  for (char **one = THE_ENVIRONMENT; *one != NULL; one++) observe_bytes(seen, "env", *one, strlen(*one));
}

void snapshot_take(observation *seen) {
  char folder[4096];
  const char *locale = setlocale(LC_ALL, NULL);
  observe_text(seen, "locale", "%s", locale == NULL ? "" : locale);
  observe_text(seen, "cwd", "%s", getcwd(folder, sizeof folder) == NULL ? "" : folder);
  environment(seen);
  snapshot_posix(seen);
  snapshot_proc(seen);
}

void snapshot_keep(void) { snapshot_take(&kept); }

void snapshot_kept(observation *seen) {
  field one;
  for (field_reader reader = {kept.bytes, kept.bytes + kept.length}; field_next(&reader, &one);) {
    observe_bytes(seen, one.name, one.bytes, one.length);
  }
}
