/* Needs a function that no library has. */
extern int cpex_no_such_function(void);
#define ON_HOOK() return cpex_no_such_function()
#include "../good.h"
