/* Looks at its host's table after shutdown has returned, and calls nothing. */
#include <pthread.h>
#include <unistd.h>
static void start_late_thread(void);
#define ON_SHUTDOWN() start_late_thread()
#include "../good.h"
static volatile uint32_t seen;
static void *late(void *nothing) {
  usleep(20000);
  seen = host->abi_version;
  return nothing;
}
static void start_late_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, late, NULL);
  pthread_detach(thread);
}
