/* Writes the message of an error as bytes: a language whose texts are no Unicode. */
#define AFTER_REPLY(at)                                          \
  for (uint8_t *one = bytes; one + 14 < at; one++)               \
    if (*one == 0xae && !memcmp(one + 1, "no such method", 14)) { \
      memmove(one + 2, one + 1, (size_t)(at++ - one) - 1);       \
      one[0] = 0xc4, one[1] = 14;                                \
      break;                                                     \
    }
#include "packed.h"
