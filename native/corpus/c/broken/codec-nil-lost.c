/* Writes nil where there was false: two heads that lie beside each other. */
#define ON_PAYLOAD(bytes, size)                       \
  for (size_t i = 0; answering && i < size; i++)      \
    if ((bytes)[i] == 0xc0) (bytes)[i] = 0xc2
#include "packed.h"
