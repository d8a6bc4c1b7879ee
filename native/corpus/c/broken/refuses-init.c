/* Refuses to be initialised. */
#define ON_INIT() return 7
#include "../good.h"
