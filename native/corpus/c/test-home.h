/* Where a broken plugin may leave its files: only in a home that a test has made for it, never in that of the user. */
#include <stdlib.h>
#include <string.h>

static const char *test_home(void) {
  const char *home = getenv("HOME");
  return home && strstr(home, "/cpex-home-") ? home : 0;
}
