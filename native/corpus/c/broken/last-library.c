/* Takes the library that was loaded last for itself. */
#define _GNU_SOURCE
#include <link.h>
#include <stdio.h>
static int count(struct dl_phdr_info *info, size_t size, void *number) {
  (void)info, (void)size;
  return ++*(int *)number, 0;
}
#define ON_HOOK()                                                                                         \
  do {                                                                                                    \
    char text[100];                                                                                       \
    int number = 0;                                                                                       \
    dl_iterate_phdr(count, &number);                                                                      \
    snprintf(text, sizeof text, OK("{\"continue_processing\":true,\"metadata\":{\"me\":%d}}"), number);   \
    return reply(out, text);                                                                              \
  } while (0)
#include "good.h"
