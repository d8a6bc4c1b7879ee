/* Begins a new life in each init, whatever it was in before. */
#define ON_INIT() registered = 0
#include "../good.h"
