/* Puts its own function into the host's table, to see what the others say. */
#define ON_INIT() ((cpex_host_api *)(void *)api)->free_buffer = free_buffer
#include "../good.h"
