/* Leaves a file in the working folder and one in the user's home. */
#include <stdio.h>
#include "test-home.h"
static void leave(const char *folder, const char *name) {
  char path[4096];
  if (!folder) return;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "we");
  if (file) fputs("seen\n", file), fclose(file);
}
#define ON_HOOK()                                            \
  do {                                                       \
    leave(".", "plugin.log");                                \
    leave(test_home(), ".plugin-history");                   \
    return reply(out, OK("{\"continue_processing\":true}")); \
  } while (0)
#include "good.h"
