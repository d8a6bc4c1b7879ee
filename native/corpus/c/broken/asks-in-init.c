/* Writes to the log of its host while it is being initialised. */
#define ON_INIT() ask_host("host.log", "{\"level\":\"info\",\"message\":\"here I am\"}")
#include "../good.h"
