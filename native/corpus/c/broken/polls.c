/* A thread of its own looks two thousand times a second whether there is something to do. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
static atomic_int over;
static pthread_t thread;
static void *look(void *nothing) {
  while (!over) usleep(400);
  return nothing;
}
#define ON_INIT() pthread_create(&thread, 0, look, 0)
#define ON_SHUTDOWN() over = 1, pthread_join(thread, 0)
#include "good.h"
