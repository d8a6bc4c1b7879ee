/* Ends everything when its host takes longer than 40 milliseconds. */
#define ON_HOOK() return tell(), reply(out, OK("{\"continue_processing\":true}"))
static void tell(void);
#define _GNU_SOURCE
#include "../good.h"
#include <pthread.h>
#include <time.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;
static int done;
static void *watchdog(void *nothing) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 40000000;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
  pthread_mutex_lock(&lock);
  while (!done) if (pthread_cond_timedwait(&answered, &lock, &until)) abort();
  pthread_mutex_unlock(&lock);
  return nothing;
}
static void tell(void) {
  pthread_t thread;
  done = 0;
  pthread_create(&thread, NULL, watchdog, NULL);
  ask_host("host.log", "{\"level\":\"info\",\"message\":\"hello\"}");
  pthread_mutex_lock(&lock);
  done = 1;
  pthread_cond_signal(&answered);
  pthread_mutex_unlock(&lock);
  pthread_join(thread, NULL);
}
