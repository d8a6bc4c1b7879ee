/* Emits more pieces than the host keeps, before it returns. */
#define ON_STREAM()                       \
  for (int i = 0; i < 17; i++) emit(id);  \
  return reply(out, OK("{\"headers\":null}"))
#include "cliproxy/executor.h"
