/* Keeps something for each thread, with a destructor that stays in force when the library goes. */
#include <pthread.h>
static pthread_key_t key;
static void drop(void *mine);
#define ON_INIT() pthread_key_create(&key, drop)
#define ON_HOOK()                                              \
  do {                                                         \
    if (!pthread_getspecific(key)) pthread_setspecific(key, malloc(32)); \
    return reply(out, OK("{\"continue_processing\":true}"));   \
  } while (0)
#include "../good.h"
static void drop(void *mine) { free(mine); }
