/* Holds a lock across a request to its host, which every call needs. */
#define ON_HOOK() return tell(), reply(out, OK("{\"continue_processing\":true}"))
static void tell(void);
#include "../good.h"
#include <pthread.h>
static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;
static void tell(void) {
  pthread_mutex_lock(&state);
  ask_host("host.log", "{\"level\":\"info\",\"message\":\"hello\"}");
  pthread_mutex_unlock(&state);
}
