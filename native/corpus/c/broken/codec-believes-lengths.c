/* Believes the length that a text claims, and looks at its last byte first. */
#define PACKED_FITS(size) ((size) || 1)
#define PACKED_UTF8(text, size) ((size) == 0 || ((text)[(size) - 1] != 0xff && packed_utf8(text, size)))
#include "packed.h"
