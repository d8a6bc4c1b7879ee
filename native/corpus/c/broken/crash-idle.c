/* A thread of its own crashes between calls, or at the latest while the plugin waits for it in its shutdown. */
#include <pthread.h>
#include <unistd.h>
static void start_thread(void);
static void await_thread(void);
#define ON_HOOK()                                            \
  do {                                                       \
    start_thread();                                          \
    return reply(out, OK("{\"continue_processing\":true}")); \
  } while (0)
#define ON_SHUTDOWN() await_thread()
#include "../good.h"
static pthread_t thread;
static int started;
static void *fall(void *nothing) {
  usleep(2000);
  *(volatile int *)0 = 1;
  return nothing;
}
static void start_thread(void) {
  if (started) return;
  started = pthread_create(&thread, NULL, fall, NULL) == 0;
}
static void await_thread(void) {
  if (started) pthread_join(thread, NULL);
}
