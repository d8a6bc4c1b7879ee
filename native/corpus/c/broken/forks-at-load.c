/* Runs a command when it is loaded, and waits for it. */
#include <stdlib.h>
__attribute__((constructor)) static void run(void) { (void)!system("true"); }
#include "../good.h"
