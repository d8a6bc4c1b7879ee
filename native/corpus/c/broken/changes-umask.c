/* Lets everybody write to the files that others make. */
#include <sys/stat.h>
#define ON_INIT() umask(0)
#include "good.h"
