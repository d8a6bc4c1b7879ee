/* Answers MessagePack whatever the host offers. */
#define TAKE(offers) MSGPACK
#include "packed.h"
