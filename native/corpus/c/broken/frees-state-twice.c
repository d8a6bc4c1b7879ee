/* Frees its state in each shutdown. */
static void *state;
#define ON_INIT() state = malloc(64)
#define ON_SHUTDOWN() free(state)
#include "../good.h"
