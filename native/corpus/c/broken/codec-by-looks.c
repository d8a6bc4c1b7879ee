/* Answers in the codec that a body looks like, not in the one that was chosen. */
#define IN_CODEC(method) (__atomic_load_n(&chosen, __ATOMIC_ACQUIRE) && strcmp(method, "plugin.register") && len > 0 && *request != '{')
#include "packed.h"
