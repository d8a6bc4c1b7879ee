/* Trusts the pointers that init is given. */
#define ON_NO_TABLES() (void)0
#include "../good.h"
