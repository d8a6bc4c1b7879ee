/* Writes its state over the old one, checks nothing, and refuses to start on half of it. */
#include <stdio.h>
#include "test-home.h"
enum { SIZE = 1000 };
static FILE *state(const char *how) {
  char path[4096];
  if (!test_home()) return 0;
  snprintf(path, sizeof path, "%s/.plugin-state", test_home());
  return fopen(path, how);
}
static void save(void) {
  char bytes[SIZE];
  FILE *file = state("we");
  memset(bytes, 's', sizeof bytes);
  if (file) fwrite(bytes, 1, sizeof bytes, file), fclose(file);
}
static int is_whole(void) {
  char bytes[SIZE];
  FILE *file = state("re");
  if (!file) return 1;
  size_t got = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  return got == sizeof bytes;
}
#define ON_REGISTER() return reply(out, is_whole() ? REGISTRATION : ERROR("plugin_error", "the state file is damaged"))
#define ON_HOOK() return save(), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
