/* The state of the whole process, which a plugin shares with its host: looked at before the library is loaded and again
 * whenever cpex asks. cpex compares; what a runtime changes by right is data there.
 *
 *   prepare.c          what has to be done before the library is loaded
 *   snapshot.c         the parts that every system has; the copy from before the load
 *   snapshot_posix.c   signals, limits, timers, the state of the floating-point unit
 *   proc.c             descriptors, threads, memory and wake-ups from /proc
 *   network.c          a look at every address that the plugin wants to reach
 *   processor.c        processor time
 *   repeat.c           sample calls, many times
 *   paint.c            how deep a call goes down its stack
 */
#ifndef CPEX_STATE_H
#define CPEX_STATE_H

#include "judge.h"

/* ---- prepare.c ---- */

/* Does what the setting `prepare` names, before there are other threads: "snapshot" keeps the state, "network" cuts the
 * network off and keeps a log, "file-size:N" lets no file grow beyond N bytes. */
void prepare(const char *wanted);

/* ---- snapshot.c ---- */

/* Writes the state as fields: locale, cwd, umask, env, signal, mask, limit, timer, fpu, fd, thread. */
void snapshot_take(observation *seen);

/* Keeps the state as it is now; `snapshot_kept` writes it as fields. */
void snapshot_keep(void);
void snapshot_kept(observation *seen);

/* The parts that only some systems have; elsewhere they write nothing. */
void snapshot_posix(observation *seen);
void snapshot_proc(observation *seen);

/* ---- proc.c; Linux only, elsewhere every number is 0 ---- */

typedef struct {
  int *all; /* ascending */
  size_t count;
} descriptors;

descriptors descriptors_open(void);
void descriptors_free(descriptors *some);

/* What a descriptor leads to: a path, "socket:[…]", "anon_inode:[eventpoll]". */
void descriptor_target(int descriptor, char *text, size_t room);

/* Bytes of anonymous memory that are resident or swapped out. */
double memory_held(void);
/* Times that threads of this process have gone to sleep by themselves, all together. */
double times_slept(void);
size_t threads_alive(void);

/* ---- processor.c: nanoseconds of processor time ---- */

double processor_ns(void);
/* Of the calling thread alone. */
double thread_processor_ns(void);

/* ---- repeat.c ---- */

/* One sample call whose reply is freed at once; returns the plugin's code. */
int make_call(const sample *one);

/* A plugin may answer on threads that go on after the call, where it streams: between calls it is given time to end them, or
 * the system has no more. `made` calls were made so far; nobody is waited for after `end`, in nanoseconds. */
void let_threads_end(double made, double end);

/* At most `count` calls and about `budget` nanoseconds; returns how many were made. */
double call_often(const sample *one, double count, double budget);

/* ---- network.c ---- */

/* From now on connections to other machines fail with ENETUNREACH and are noted, as are ports that are opened. */
void network_watch(void);
/* Writes `watched` (1 when the kernel allowed it) and `wanted` for each attempt. */
void network_observe(observation *seen);

/* ---- paint.c ---- */

/* Runs a function on a thread whose stack of `size` bytes was painted; returns how many bytes of it were written, 0 when
 * this system lets nobody choose a stack. */
size_t painted_depth(void (*run)(void *argument), void *argument, size_t size);

#endif
