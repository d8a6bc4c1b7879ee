/* A thread of its own crashes between calls. */
#include <pthread.h>
#include <unistd.h>
static void start_thread(void);
#define ON_HOOK()                                            \
  do {                                                       \
    start_thread();                                          \
    return reply(out, OK("{\"continue_processing\":true}")); \
  } while (0)
#include "../good.h"
static void *fall(void *nothing) {
  usleep(2000);
  *(volatile int *)0 = 1;
  return nothing;
}
static void start_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, fall, NULL);
  pthread_detach(thread);
}
