/* Has a thread ask the host while a lock is held that every call needs, on whatever thread it comes. */
#define ON_HOOK() return tell(), reply(out, OK("{\"continue_processing\":true}"))
static void tell(void);
#include "../good.h"
#include <pthread.h>
static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;
static void *ask(void *nothing) {
  ask_host("host.log", "{\"level\":\"info\",\"message\":\"from another thread\"}");
  return nothing;
}
static void tell(void) {
  pthread_t thread;
  pthread_mutex_lock(&state);
  pthread_create(&thread, NULL, ask, NULL);
  pthread_join(thread, NULL);
  pthread_mutex_unlock(&state);
}
