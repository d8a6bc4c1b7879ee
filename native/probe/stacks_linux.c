/* What every thread of this process is doing, for a plugin that does not come back: each thread is asked by a signal, and
 * one that does not answer in time is left. The process is killed afterwards, so nothing has to be as it was. */
#define _GNU_SOURCE
#include "crash.h"
#include <string.h>

#ifdef __linux__
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ANSWER_MS = 100, MOST_THREADS = 64 };

static atomic_int asked_thread; /* who is to answer; 0 once it has begun */
static atomic_int answered;
static int of_the_host; /* whether the thread that answered is one of the probe's own */
static report answer;
static stack_frames frames;

static void on_asked(int number, siginfo_t *info, void *context) {
  (void)number;
  (void)info;
  int self = (int)syscall(SYS_gettid);
  if (!atomic_compare_exchange_strong(&asked_thread, &self, 0)) return;
  int before = errno;
  frames_from(context, &frames);
  report_thread(&answer);
  of_the_host = crash_thread_name() != NULL;
  errno = before;
  atomic_store(&answered, 1);
}

static int wait_for_answer(void) {
  for (int waited = 0; waited < ANSWER_MS && !atomic_load(&answered); waited++) sleep_ms(1);
  return atomic_load(&answered);
}

/* Returns 1 for an answer, 0 for none, -1 when the thread is still at it. */
static int ask(int thread) {
  answer.length = 0;
  frames.count = 0;
  atomic_store(&answered, 0);
  atomic_store(&asked_thread, thread);
  if (syscall(SYS_tgkill, getpid(), thread, SIGRTMIN + 10) != 0) return 0;
  if (wait_for_answer()) return 1;
  int wanted = thread;
  if (atomic_compare_exchange_strong(&asked_thread, &wanted, 0)) return 0;
  return wait_for_answer() ? 1 : -1;
}

static void read_name(int thread, char *name, size_t room) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/comm", thread);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = file < 0 ? 0 : read(file, name, room - 1);
  if (file >= 0) close(file);
  name[got > 0 ? got : 0] = 0;
  name[strcspn(name, "\n")] = 0;
}

/* A thread that a Go runtime started prints all goroutines when a signal of somebody else ends it. The others do not. */
static void make_go_tell(const char *library, int thread) {
  void *plugin = thread == 0 ? NULL : dlopen(library, RTLD_NOW | RTLD_NOLOAD);
  if (plugin == NULL || dlsym(plugin, "crosscall2") == NULL) return;
  frame_header telling = {.kind = KIND_STACKS, .code = 1};
  channel_send_last(&telling, NULL, NULL, 0);
  syscall(SYS_tgkill, getpid(), thread, SIGSEGV);
}

static size_t list_threads(int *threads) {
  size_t count = 0;
  DIR *folder = opendir("/proc/self/task");
  if (folder == NULL) return 0;
  for (struct dirent *one; count < MOST_THREADS && (one = readdir(folder)) != NULL;) {
    int thread = atoi(one->d_name);
    if (thread > 0) threads[count++] = thread;
  }
  closedir(folder);
  return count;
}

void stacks_tell(frame *one) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_asked;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigfillset(&action.sa_mask);
  sigaction(SIGRTMIN + 10, &action, NULL);
  int threads[MOST_THREADS], foreign = 0, how = 0;
  size_t count = list_threads(threads);
  /* A thread that loads has the loader's lock, which names of functions need: then the code is 1. */
  const char *library = one->method;
  frame_header self = {.kind = KIND_STACKS, .id = (uint32_t)syscall(SYS_gettid), .code = 2};
  channel_send_last(&self, NULL, NULL, 0);
  for (size_t i = 0; i < count && how >= 0; i++) {
    if (threads[i] == (int)self.id) continue;
    how = ask(threads[i]);
    if (how <= 0) continue;
    char name[32];
    read_name(threads[i], name, sizeof name);
    if (!of_the_host && foreign == 0) foreign = threads[i];
    frames_report(&frames, one->header.code == 0, &answer);
    frame_header told = {.kind = KIND_STACKS, .id = (uint32_t)threads[i]};
    channel_send_last(&told, name, answer.bytes, answer.length);
  }
  if (one->header.code == 0) make_go_tell(library, foreign);
  frame_header end = {.kind = KIND_STACKS};
  channel_send_last(&end, NULL, NULL, 0);
  frame_free(one);
}
#else
void stacks_tell(frame *one) {
  frame_header end = {.kind = KIND_STACKS};
  channel_send_last(&end, NULL, NULL, 0);
  frame_free(one);
}
#endif
