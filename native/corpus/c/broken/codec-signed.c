/* Holds integers as signed ones of 64 bits: those from 2^63 on come back negative. */
#define ON_PAYLOAD(bytes, size)                       \
  for (size_t i = 0; answering && i + 8 < size; i++)  \
    if ((bytes)[i] == 0xcf && (bytes)[i + 1] & 0x80) (bytes)[i] = 0xd3
#include "packed.h"
