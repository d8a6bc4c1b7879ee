/* Counts a terminator into its callbacks in MessagePack. */
#define ASKS_BEYOND answering
#include "packed.h"
