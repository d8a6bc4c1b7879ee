/* Looks at the first offer alone: a codec that it does not know hides the others. */
#define TAKE(offers) (offers).first
#include "packed.h"
