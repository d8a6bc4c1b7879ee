/* What this process holds, in numbers, for experiments that look whether they grow. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "life.h"

#ifdef __linux__
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static double count_lines(const char *file) {
  FILE *open_file = fopen(file, "re");
  if (open_file == NULL) return 0;
  double lines = 0;
  for (int byte = getc(open_file); byte != EOF; byte = getc(open_file)) lines += byte == '\n';
  fclose(open_file);
  return lines;
}

static double address_space(void) {
  FILE *open_file = fopen("/proc/self/statm", "re");
  if (open_file == NULL) return 0;
  double pages = 0;
  if (fscanf(open_file, "%lf", &pages) != 1) pages = 0;
  fclose(open_file);
  return pages * (double)sysconf(_SC_PAGESIZE);
}

/* The system gives the lowest key that is free: it grows by what is never given back. */
static double lowest_key(void) {
  pthread_key_t key;
  if (pthread_key_create(&key, NULL) != 0) return 1e6;
  pthread_key_delete(key);
  return (double)key;
}

void process_look(observation *seen) {
  descriptors open_ones = descriptors_open();
  observe_number(seen, "descriptors", (double)open_ones.count);
  descriptors_free(&open_ones);
  observe_number(seen, "threads", (double)threads_alive());
  observe_number(seen, "mappings", count_lines("/proc/self/maps"));
  observe_number(seen, "bytes", address_space());
  observe_number(seen, "held", memory_held());
  observe_number(seen, "keys", lowest_key());
}
#else
void process_look(observation *seen) { (void)seen; }
#endif
