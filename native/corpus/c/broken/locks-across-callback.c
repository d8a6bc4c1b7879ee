/* Holds the lock of all calls while it asks its host. */
#include <pthread.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
#define ON_HOOK()                                                         \
  do {                                                                    \
    pthread_mutex_lock(&lock);                                            \
    ask_host("host.log", "{\"level\":\"info\",\"message\":\"a call\"}");  \
    pthread_mutex_unlock(&lock);                                          \
    return reply(out, OK("{\"continue_processing\":true}"));              \
  } while (0)
#include "../good.h"
