/* Answers its registration with bytes that are no JSON. */
#define REGISTRATION "\x01\x02\x03"
#include "../good.h"
