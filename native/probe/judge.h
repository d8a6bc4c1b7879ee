/* What experiments are made of: parameters that cpex sends, calls that are watched, observations that go back.
 *
 * An experiment is one function that does something to the plugin at the speed of C and says what it saw; cpex judges.
 * It runs on the main thread, between the calls that come in order. Each file experiments_*.c ends with its table, which
 * experiments.c knows. What the system or the build cannot do is no experiment's failure: abilities() names what can be
 * done, cpex skips the rest by name.
 */
#ifndef CPEX_JUDGE_H
#define CPEX_JUDGE_H

#include "probe.h"

/* ---- fields.c: parameters and observations, as a sequence of named values ----
 *
 * One field: u16 bytes of the name, the name, NUL, u32 bytes of the value, the value, NUL; little endian. Both texts can
 * be used in place. A name may come more than once. */

typedef struct {
  const char *name;
  const uint8_t *bytes; /* ends with a NUL that `length` does not count */
  size_t length;
} field;

typedef struct {
  const uint8_t *at;
  const uint8_t *end;
} field_reader;

field_reader fields_of(const frame *asked);

/* The next field; 0 at the end. A body that is not well formed ends the process with a fault. */
int field_next(field_reader *reader, field *out);

/* The first parameter of that name as a text; NULL when it is not there. */
const char *parameter(const frame *asked, const char *name);
/* The same as a number; `otherwise` when it is not there. */
double parameter_number(const frame *asked, const char *name, double otherwise);

/* A call that a plugin of this kind should serve. */
typedef struct {
  const char *method;
  const uint8_t *body;
  size_t length;
} sample;

typedef struct {
  sample *all;
  size_t count;
} samples;

/* The parameters `method` and `body`, which come in pairs. The texts belong to the frame. */
samples samples_of(const frame *asked);
void samples_free(samples *some);

typedef struct {
  uint8_t *bytes;
  size_t length;
  size_t room;
} observation;

void observe_text(observation *seen, const char *name, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;
void observe_number(observation *seen, const char *name, double number);
void observe_bytes(observation *seen, const char *name, const void *bytes, size_t length);

/* ---- watch.c: calls into the plugin, on record ---- */

/* Says what this thread is about to do, for the report of a crash. Cheap: keeps the format's text and two numbers. */
void step_note(const char *text, double one, double other);

/* plugin_table.call with the thread marked as being inside the plugin, for the ledger and the flight recorder. */
int watched_call(const char *method, const void *body, size_t length, abi_buffer *slot);
void watched_free(void *block, size_t length);

/* A breach that the probe sees by itself, such as a host reply freed twice: `test` is the conformance id that it
 * concerns. Safe on any thread, not in a signal handler. */
void breach(const char *test, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* Words for what this build of the probe can do on this system, separated by blanks. */
const char *abilities(void);

/* ---- golden.c: calls with the answers that they have to bring ---- */

typedef struct {
  sample call;
  int code;
  const uint8_t *answer; /* not readable when the length is 0 */
  size_t length;
} golden;

typedef struct {
  golden *all;
  size_t count;
} goldens;

/* The parameters `method`, `body`, `code` and `answer`, which come in groups (goldenFields() of cpex writes them). The
 * bytes belong to the frame. */
goldens goldens_of(const frame *asked);
void goldens_free(goldens *some);

/* Whether a call came back as it has to. */
int golden_same(const golden *wanted, int code, const abi_buffer *slot);

/* ---- threads.c, threads_*.c: threads that are waited for ---- */

typedef struct joined_thread joined_thread;

/* Runs a function on a thread of its own with a stack of `stack` bytes, 8 MiB for 0. NULL when the system refuses. */
joined_thread *thread_begin(void (*run)(void *argument), void *argument, size_t stack);

/* Waits for the thread's end and frees what is known of it. */
void thread_join(joined_thread *thread);

/* Lets others run first. */
void thread_yield(void);

/* Runs `count` threads that begin at the same instant and waits for their ends. The argument of each lies `size` bytes
 * after that of the one before. Returns how many the system gave: when they are too few, none has run the function. */
size_t threads_run(size_t count, void (*run)(void *argument), void *arguments, size_t size, size_t stack);

/* ---- experiments.c ---- */

typedef struct {
  const char *name; /* NULL ends a table */
  void (*run)(const frame *asked, observation *seen);
} experiment;

extern const experiment memory_experiments[];
extern const experiment callback_experiments[];
extern const experiment thread_experiments[];
extern const experiment life_experiments[];
extern const experiment state_experiments[];
extern const experiment torture_experiments[];
extern const experiment fuzz_experiments[];

/* Runs the experiment that a frame of kind Perform names, answers with its observation and frees the frame. */
void experiment_perform(frame *asked);

#endif
