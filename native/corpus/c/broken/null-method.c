/* Compares the name of a method before it looks whether there is one. */
#define REFUSE_NULL()
#include "../good.h"
