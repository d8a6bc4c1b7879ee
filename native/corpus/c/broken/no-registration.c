/* Answers its registration with an error. */
#define REGISTRATION ERROR("invalid_request", "not today")
#include "../good.h"
