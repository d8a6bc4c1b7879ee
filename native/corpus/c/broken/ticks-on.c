/* Starts a thread in init that wakes up every millisecond, after shutdown as well. */
#include <pthread.h>
#include <unistd.h>
static void start_thread(void);
#define ON_INIT() start_thread()
#include "../good.h"
static volatile unsigned ticks;
static void *tick(void *nothing) {
  for (;;) usleep(1000), ticks++;
  return nothing;
}
static void start_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, tick, NULL);
  pthread_detach(thread);
}
