/* Keeps a file open that every program of the host would inherit. */
#include <fcntl.h>
static int kept = -1;
#define ON_INIT() kept = open("/dev/null", O_WRONLY)
#include "good.h"
