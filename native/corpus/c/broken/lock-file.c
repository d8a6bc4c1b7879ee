/* Keeps others out with a file that only its own shutdown takes away. */
#include <fcntl.h>
#include <unistd.h>
#define ON_INIT()                                                          \
  do {                                                                     \
    int lock = open("plugin.lock", O_CREAT | O_EXCL | O_RDWR, 0600);       \
    if (lock < 0) return 4;                                                \
    close(lock);                                                           \
  } while (0)
#define ON_SHUTDOWN() unlink("plugin.lock")
#include "../good.h"
