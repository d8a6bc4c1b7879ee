/* Does not end on another thread than the one that initialised it. */
#include <pthread.h>
static pthread_t home;
#define ON_INIT() home = pthread_self()
#define ON_SHUTDOWN() if (!pthread_equal(home, pthread_self())) abort()
#include "../good.h"
