/* Opens a connection when it is loaded. */
#include <sys/socket.h>
__attribute__((constructor)) static void open_one(void) { socket(AF_INET, SOCK_DGRAM, 0); }
#include "../good.h"
