/* Takes a lock by making a file, which a process that is killed leaves behind. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "test-home.h"
static char lock[4096];
static int mine;
static int take(void) {
  if (mine || !test_home()) return 1;
  snprintf(lock, sizeof lock, "%s/.plugin-lock", test_home());
  int file = open(lock, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file >= 0) close(file);
  return mine = file >= 0;
}
static void release(void) {
  if (mine) unlink(lock);
}
#define ON_REGISTER() return reply(out, take() ? REGISTRATION : ERROR("plugin_error", "another host holds the lock"))
#define ON_SHUTDOWN() release()
#include "good.h"
