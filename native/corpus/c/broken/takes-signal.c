/* Ignores SIGPIPE for the whole process, and catches SIGTERM. */
#include <signal.h>
static void caught(int number) { (void)number; }
#define ON_INIT() signal(SIGPIPE, SIG_IGN), signal(SIGTERM, caught)
#include "good.h"
