/* Leaves a file in the working folder and one in the user's home. */
#include <stdio.h>
#include <stdlib.h>
static void leave(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "we");
  if (file) fputs("seen\n", file), fclose(file);
}
#define ON_HOOK()                                                   \
  do {                                                              \
    leave(".", "plugin.log");                                       \
    leave(getenv("HOME") ? getenv("HOME") : "/", ".plugin-history"); \
    return reply(out, OK("{\"continue_processing\":true}"));        \
  } while (0)
#include "good.h"
