/* Calls its host from a thread of its own while a call waits for it: legal, and must work. */
#include <pthread.h>
static void ask_from_thread(void);
#define ON_HOOK()                                            \
  do {                                                       \
    ask_from_thread();                                       \
    return reply(out, OK("{\"continue_processing\":true}")); \
  } while (0)
#include "good.h"
static void *ask(void *nothing) {
  ask_host("host.log", "{\"level\":\"info\",\"message\":\"from another thread\"}");
  return nothing;
}
static void ask_from_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, ask, NULL);
  pthread_join(thread, NULL);
}
