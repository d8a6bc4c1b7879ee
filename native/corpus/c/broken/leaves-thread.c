/* Starts a thread in init that never ends. */
#include <pthread.h>
#include <unistd.h>
static void start_thread(void);
#define ON_INIT() start_thread()
#include "../good.h"
static void *wait_for_ever(void *nothing) {
  for (;;) pause();
  return nothing;
}
static void start_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, wait_for_ever, NULL);
  pthread_detach(thread);
}
