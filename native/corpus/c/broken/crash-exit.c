/* Aborts in a destructor, when shutdown has long returned. */
__attribute__((destructor)) static void fall(void);
#include "../good.h"
static void fall(void) { abort(); }
