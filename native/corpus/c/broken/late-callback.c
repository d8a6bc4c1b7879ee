/* Calls its host from a thread of its own after shutdown has returned. */
#include <pthread.h>
#include <unistd.h>
static void start_late_thread(void);
#define ON_SHUTDOWN() start_late_thread()
#include "../good.h"
static void *late(void *nothing) {
  usleep(20000);
  ask_host("host.log", "{\"level\":\"info\",\"message\":\"too late\"}");
  return nothing;
}
static void start_late_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, late, NULL);
  pthread_detach(thread);
}
