/* A thread of its own looks again and again whether there is something to do. */
#include <pthread.h>
#include <stdatomic.h>
static atomic_int over;
static pthread_t thread;
static void *look(void *nothing) {
  while (!over) {
  }
  return nothing;
}
#define ON_INIT() pthread_create(&thread, 0, look, 0)
#define ON_SHUTDOWN() over = 1, pthread_join(thread, 0)
#include "good.h"
