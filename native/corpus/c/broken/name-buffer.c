/* Copies the name of a method into a buffer that no name it knows would fill. */
static void lower(const char *method);
#define ON_UNKNOWN()                                                     \
  do {                                                                   \
    lower(method);                                                       \
    return reply(out, ERROR("unknown_method", "no such method"));        \
  } while (0)
#include "../good.h"
__attribute__((noinline)) static void lower(const char *method) {
  char name[256];
  volatile char *to = name;
  while ((*to++ = (char)(*method | 32), *method++)) {}
}
