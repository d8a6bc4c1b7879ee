/* What is arranged before the library is loaded, while this process has one thread. */
#include "state.h"
#include <stdlib.h>
#include <string.h>

#ifndef _WIN32
#include <signal.h>
#include <sys/resource.h>

/* Writes beyond the limit fail, as on a full disk: the part before it is written. */
static void limit_files(unsigned long bytes) {
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0) fault("the limit of files cannot be read");
  limit.rlim_cur = bytes;
  if (setrlimit(RLIMIT_FSIZE, &limit) != 0) fault("files cannot be limited");
}
#else
static void limit_files(unsigned long bytes) {
  (void)bytes;
  fault("files cannot be limited on this system");
}
#endif

void prepare(const char *wanted) {
  if (strcmp(wanted, "snapshot") == 0) snapshot_keep();
  else if (strcmp(wanted, "network") == 0) network_watch();
  else if (strncmp(wanted, "file-size:", 10) == 0) limit_files(strtoul(wanted + 10, NULL, 10));
  else fault("a preparation that this probe does not know");
}
