/* Holds integers of 64 bits as doubles. */
#define ON_PAYLOAD(bytes, size)                                                \
  for (size_t i = 0; answering && i + 8 < size; i++)                           \
    if ((bytes)[i] == 0xcf || (bytes)[i] == 0xd3) {                            \
      uint64_t number = 0, bits;                                               \
      for (int byte = 1; byte <= 8; byte++) number = number << 8 | (bytes)[i + byte]; \
      double rounded = (bytes)[i] == 0xcf ? (double)number : (double)(int64_t)number; \
      memcpy(&bits, &rounded, 8);                                              \
      (bytes)[i] = 0xcb;                                                       \
      for (int byte = 8; byte >= 1; byte--, bits >>= 8) (bytes)[i + byte] = (uint8_t)bits; \
      i += 8;                                                                  \
    }
#include "packed.h"
