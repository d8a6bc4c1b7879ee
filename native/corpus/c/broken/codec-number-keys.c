/* Takes numbers as keys. */
#define PACKED_KEY_IS_TEXT(head) (((head) & 0xe0) == 0xa0 || ((head) >= 0xd9 && (head) <= 0xdb) || (head) < 0x80)
#include "packed.h"
