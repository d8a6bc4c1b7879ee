/* Lowers a limit of the whole process. */
#include <sys/resource.h>
static void lower(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = 64;
  setrlimit(RLIMIT_NOFILE, &limit);
}
#define ON_INIT() lower()
#include "good.h"
