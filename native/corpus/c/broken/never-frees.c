/* Leaves the freeing of its replies to somebody else. */
#define ON_FREE() (void)ptr
#include "good.h"
