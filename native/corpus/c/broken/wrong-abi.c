/* Was built for an ABI that does not exist. */
#define ABI_VERSION 9999
#include "../good.h"
