/* What Linux tells of a process in /proc: descriptors, threads, memory. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "state.h"

#ifndef __linux__
descriptors descriptors_open(void) { return (descriptors){NULL, 0}; }
void descriptors_free(descriptors *some) { (void)some; }
void descriptor_target(int descriptor, char *text, size_t room) {
  (void)descriptor;
  if (room > 0) text[0] = 0;
}
double memory_held(void) { return 0; }
double times_slept(void) { return 0; }
size_t threads_alive(void) { return 0; }
void snapshot_proc(observation *seen) { (void)seen; }
#else
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int ascending(const void *one, const void *other) {
  int a = *(const int *)one, b = *(const int *)other;
  return (a > b) - (a < b);
}

/* The entries of a folder that are numbers, without the descriptor that reads it. */
static descriptors numbers_in(const char *folder) {
  descriptors some = {NULL, 0};
  DIR *open_folder = opendir(folder);
  if (open_folder == NULL) return some;
  size_t room = 0;
  for (struct dirent *one = readdir(open_folder); one != NULL; one = readdir(open_folder)) {
    char *end;
    int number = (int)strtol(one->d_name, &end, 10);
    if (*end != 0 || number == dirfd(open_folder)) continue;
    if (some.count == room) {
      room = room == 0 ? 64 : room * 2;
      int *more = block_take(room * sizeof *more);
      if (some.count > 0) memcpy(more, some.all, some.count * sizeof *more);
      block_give(some.all);
      some.all = more;
    }
    some.all[some.count++] = number;
  }
  closedir(open_folder);
  if (some.count > 1) qsort(some.all, some.count, sizeof *some.all, ascending);
  return some;
}

descriptors descriptors_open(void) { return numbers_in("/proc/self/fd"); }

void descriptors_free(descriptors *some) {
  block_give(some->all);
  some->all = NULL;
  some->count = 0;
}

void descriptor_target(int descriptor, char *text, size_t room) {
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(name, text, room - 1);
  text[length < 0 ? 0 : length] = 0;
}

static size_t read_whole(const char *file, char *text, size_t room) {
  text[0] = 0;
  int descriptor = open(file, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  size_t length = 0;
  while (length < room - 1) {
    ssize_t got = read(descriptor, text + length, room - 1 - length);
    if (got <= 0) break;
    length += (size_t)got;
  }
  close(descriptor);
  text[length] = 0;
  return length;
}

static double number_after(const char *text, const char *word) {
  const char *found = strstr(text, word);
  return found == NULL ? -1 : strtod(found + strlen(word), NULL);
}

double memory_held(void) {
  char text[4096];
  /* Counted page by page; the sum in /proc/self/statm may be off by some pages per processor. */
  read_whole("/proc/self/smaps_rollup", text, sizeof text);
  double anonymous = number_after(text, "\nAnonymous:");
  if (anonymous >= 0) {
    double swapped = number_after(text, "\nSwap:");
    return (anonymous + (swapped > 0 ? swapped : 0)) * 1024;
  }
  read_whole("/proc/self/statm", text, sizeof text);
  const char *resident = strchr(text, ' ');
  return resident == NULL ? 0 : strtod(resident, NULL) * (double)sysconf(_SC_PAGESIZE);
}

size_t threads_alive(void) {
  descriptors tasks = numbers_in("/proc/self/task");
  size_t count = tasks.count;
  descriptors_free(&tasks);
  return count;
}

double times_slept(void) {
  descriptors tasks = numbers_in("/proc/self/task");
  double all = 0;
  for (size_t i = 0; i < tasks.count; i++) {
    char name[64], text[4096];
    snprintf(name, sizeof name, "/proc/self/task/%d/status", tasks.all[i]);
    read_whole(name, text, sizeof text);
    double times = number_after(text, "\nvoluntary_ctxt_switches:");
    if (times > 0) all += times;
  }
  descriptors_free(&tasks);
  return all;
}

static void observe_descriptor(observation *seen, int descriptor) {
  char target[512];
  descriptor_target(descriptor, target, sizeof target);
  int flags = fcntl(descriptor, F_GETFD), how = fcntl(descriptor, F_GETFL);
  if (flags < 0 || how < 0) return;
  const char *use = (how & O_PATH) != 0 || (how & O_ACCMODE) == O_RDONLY ? "read" : "write";
  observe_text(seen, "fd", "%d %s %s %s", descriptor, (flags & FD_CLOEXEC) != 0 ? "closed" : "inherited", use, target);
}

void snapshot_proc(observation *seen) {
  descriptors now = descriptors_open();
  for (size_t i = 0; i < now.count; i++) observe_descriptor(seen, now.all[i]);
  descriptors_free(&now);
  descriptors tasks = numbers_in("/proc/self/task");
  for (size_t i = 0; i < tasks.count; i++) {
    char file[64], name[64];
    snprintf(file, sizeof file, "/proc/self/task/%d/comm", tasks.all[i]);
    read_whole(file, name, sizeof name);
    name[strcspn(name, "\n")] = 0;
    observe_text(seen, "thread", "%d %s", tasks.all[i], name);
  }
  descriptors_free(&tasks);
}
#endif
