/* The memory map of this process, as Linux tells it, read without taking memory. */
#ifdef __linux__
#define _POSIX_C_SOURCE 200809L
#endif
#include "crash_maps.h"
#include <stddef.h>

#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { ROOM = 5000 }; /* the longest path, and what stands before it */

static uintptr_t hexadecimal(const char **at) {
  uintptr_t value = 0;
  for (;; (*at)++) {
    char letter = **at;
    int digit = letter >= '0' && letter <= '9' ? letter - '0' : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    if (digit < 0) return value;
    value = value << 4 | (uintptr_t)digit;
  }
}

static void skip_word(const char **at) {
  while (**at != 0 && **at != ' ') (*at)++;
  while (**at == ' ') (*at)++;
}

static int same(const char *one, const char *other) {
  while (*one != 0 && *one == *other) one++, other++;
  return *one == *other;
}

/* "start-end rwxp offset device inode path" */
static void parse(const char *line, mapping *out, char *last, uintptr_t *base) {
  const char *at = line;
  out->start = hexadecimal(&at);
  if (*at == '-') at++;
  out->end = hexadecimal(&at);
  if (*at == ' ') at++;
  out->readable = at[0] == 'r';
  out->writable = at[0] != 0 && at[1] == 'w';
  out->executable = at[0] != 0 && at[1] != 0 && at[2] == 'x';
  for (int words = 0; words < 4; words++) skip_word(&at);
  out->path = at;
  /* A module's parts lie side by side, the first one where the module begins. */
  if (*at == '/' && !same(at, last)) {
    *base = out->start;
    size_t length = 0;
    while (at[length] != 0) last[length] = at[length], length++;
    last[length] = 0;
  }
  out->base = *at == '/' ? *base : 0;
}

int mappings_visit(int (*visit)(void *context, const mapping *one), void *context) {
  int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  char line[ROOM], last[ROOM], bytes[1024];
  size_t length = 0;
  uintptr_t base = 0;
  int stopped = 0;
  last[0] = 0;
  for (ssize_t got; !stopped && ((got = read(file, bytes, sizeof bytes)) > 0 || (got < 0 && errno == EINTR));) {
    for (ssize_t i = 0; i < got && !stopped; i++) {
      if (bytes[i] != '\n') {
        if (length < sizeof line - 1) line[length++] = bytes[i];
        continue;
      }
      line[length] = 0;
      length = 0;
      mapping one;
      parse(line, &one, last, &base);
      stopped = visit(context, &one);
    }
  }
  close(file);
  return 0;
}
#else
int mappings_visit(int (*visit)(void *context, const mapping *one), void *context) {
  (void)visit;
  (void)context;
  return -1;
}
#endif
