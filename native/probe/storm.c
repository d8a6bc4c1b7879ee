/* Calls while signals arrive all the time, as they do in hosts that take profiles, set alarms or are written in Go. */
#if defined(__linux__)
#define _GNU_SOURCE
#elif defined(__APPLE__)
#define _DARWIN_C_SOURCE
#endif
#include "torture.h"

#ifdef _WIN32
void signal_storm(const frame *asked, observation *seen) {
  (void)asked;
  observe_text(seen, "short", "Windows has no such signals");
  observe_number(seen, "made", 0);
  observe_number(seen, "wrong", 0);
}
#else
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

static const int SIGNALS[] = {SIGALRM, SIGURG, SIGPROF};
enum { KINDS = sizeof SIGNALS / sizeof *SIGNALS };

static volatile sig_atomic_t arrived;

static void take_note(int number) {
  (void)number;
  arrived++;
}

typedef struct {
  pthread_t target;
  atomic_int over;
  double sent;
} storm;

static void send_all(void *given) {
  storm *self = given;
  for (size_t i = 0; !atomic_load(&self->over); i++) {
    pthread_kill(self->target, SIGNALS[i % KINDS]);
    self->sent++;
    struct timespec rest = {0, 500000};
    nanosleep(&rest, NULL);
  }
}

/* A handler where there is none yet: a runtime that has taken a signal keeps it. System calls are not begun again. */
static void take_over(struct sigaction *before) {
  for (int i = 0; i < KINDS; i++) {
    sigaction(SIGNALS[i], NULL, &before[i]);
    if (before[i].sa_handler != SIG_DFL && before[i].sa_handler != SIG_IGN) continue;
    struct sigaction ours;
    memset(&ours, 0, sizeof ours);
    ours.sa_handler = take_note;
    ours.sa_flags = SA_ONSTACK;
    sigaction(SIGNALS[i], &ours, NULL);
  }
}

void signal_storm(const frame *asked, observation *seen) {
  crowd all;
  crowd_open(&all, asked);
  struct sigaction before[KINDS];
  take_over(before);
  storm weather = {.target = pthread_self()};
  double until = clock_ns() + parameter_number(asked, "ms", 1000) * 1e6;
  joined_thread *sender = thread_begin(send_all, &weather, 0);
  crowd_short(seen, 1, sender != NULL);
  for (size_t i = 0; i < all.calls.count || clock_ns() < until; i++) crowd_round(&all, 0, i);
  atomic_store(&weather.over, 1);
  if (sender != NULL) thread_join(sender);
  for (int i = 0; i < KINDS; i++) sigaction(SIGNALS[i], &before[i], NULL);
  observe_number(seen, "signals", weather.sent);
  crowd_close(&all, seen);
}
#endif
