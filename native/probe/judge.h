/* What experiments are made of: parameters that cpex sends, calls that are watched, observations that go back.
 *
 * An experiment is one function that does something to the plugin at the speed of C and says what it saw; cpex judges.
 * It runs on the main thread, between the calls that come in order. Each file experiments_*.c ends with its table, which
 * experiments.c knows. What the system or the build cannot do is no experiment's failure: abilities() names what can be
 * done, cpex skips the rest by name.
 */
#ifndef CPEX_JUDGE_H
#define CPEX_JUDGE_H

#include "guard.h"
#include "probe.h"

/* `printf` means another function on Windows than the one that is called. */
#if defined(__MINGW32__) && !defined(__clang__)
#define PRINTF_LIKE(format_at, values_at) __attribute__((format(gnu_printf, format_at, values_at)))
#elif defined(__GNUC__)
#define PRINTF_LIKE(format_at, values_at) __attribute__((format(printf, format_at, values_at)))
#else
#define PRINTF_LIKE(format_at, values_at)
#endif

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

/* The parameters `method` and `body`, which come in pairs. The names belong to the frame; bodies are aligned as blocks of
 * their own are, and end without a NUL. */
samples samples_of(const frame *asked);
void samples_free(samples *some);

typedef struct {
  uint8_t *bytes;
  size_t length;
  size_t room;
} observation;

void observe_text(observation *seen, const char *name, const char *format, ...)
    PRINTF_LIKE(3, 4);
void observe_number(observation *seen, const char *name, double number);
void observe_bytes(observation *seen, const char *name, const void *bytes, size_t length);

/* ---- answers.c: the host's answers while the plugin has them ---- */

/* The test that judges what becomes of them. */
#define HOST_FREE "mem.host-free"

typedef struct {
  size_t given;
  size_t freed;
} answer_counts;

void answers_init(void);

/* Makes a frame's body, which is not empty, an answer that the plugin owns; returns its address. */
void *answer_give(frame *from, const char *method);

/* What host->free_buffer does. Another address or length than was given, and a second time, are breaches. */
void answer_free(const void *at, size_t length);

/* For free() of the C library: 1 when the block is a guarded answer, which is a breach and has been seen to. */
int answer_misfree(const void *at, const char *function);

answer_counts answers_now(void);

/* After shutdown: answers that were never freed are a breach. */
void answers_end(void);

/* ---- ledger.c: what the plugin holds ----
 *
 * Blocks of malloc and its kin that were taken inside the plugin: during watched_call and watched_free, and on threads
 * that the plugin has started. The ability "ledger" says that it works here. The Go heap is not made of such blocks. */

typedef struct {
  size_t blocks; /* held now, of those taken since ledger_begin */
  size_t bytes;
  size_t taken; /* since ledger_begin */
} ledger_state;

/* Forgets everything and counts from now on. */
void ledger_begin(void);
void ledger_end(void);
ledger_state ledger_now(void);

/* Bytes that were asked for when a block was taken; 0 for an address that is not on record. */
size_t ledger_size(const void *block);

/* What the plugin holds most of, as some observations of that name, each a line for people. */
void observe_held(observation *seen, const char *name);

/* The `number`-th allocation of the plugin from now on fails, and none after it; 0 for none. */
void ledger_fail_at(uint64_t number);
/* Whether it has come to that. */
int ledger_failed(void);

/* ---- watch.c: calls into the plugin, on record ---- */

/* What cpex wants watched in this process, from the first frame. */
typedef struct {
  guard_side guard; /* GUARD_OFF: nothing is guarded, calls are as fast as they can be */
  unsigned parts;   /* what is guarded, GUARD_REQUEST and so on */
  size_t skew;      /* for requests, see guard_open */
  int poison;       /* slots hold POISON before a call */
  int only_load;    /* load the library, call nothing */
} watch_settings;

enum guard_part {
  GUARD_REQUEST = 1,    /* requests end, or begin, at a guard page */
  GUARD_METHOD = 2,     /* the method's terminator is the last byte */
  GUARD_SLOT = 4,       /* so is the slot's last one */
  GUARD_TABLES = 8,     /* and those of the tables of both sides */
  GUARD_ANSWERS = 16,   /* and those of the host's answers */
  GUARD_READ_ONLY = 32, /* requests, methods and the host's table cannot be written */
  GUARD_CLOSED = 64,    /* requests, methods and slots cannot be touched after their call */
  GUARD_FREED = 128,    /* nor answers after they were freed */
  GUARD_SILENCE = 256,  /* nor the host's table after shutdown */
  GUARD_PAGES = 512,    /* answers lie in pages of their own, which the C library cannot free */
};

extern watch_settings watch;

/* Whether a part is guarded in this process. */
int is_guarded(enum guard_part part);

/* What a slot holds before a call when it is poisoned: neither may be there afterwards. */
#define POISON_POINTER ((void *)(uintptr_t)0x5ca1ab1e)
#define POISON_LENGTH ((size_t)0x0ddba11)

/* Takes the settings as they came; NULL for one that did not. */
void watch_open(const char *guard, const char *parts, const char *skew, const char *slot, const char *only);

/* What this thread is doing, for the report of a crash and for the ledger of allocations. */
typedef struct {
  const char *step; /* a format for two numbers, or NULL */
  double one;
  double other;
  const char *method; /* of the call that it is in, or NULL */
  int aside;          /* not 0 while the probe's own code runs: what it allocates is not the plugin's */
} thread_record;

/* Threads that the plugin starts have one as well: all zeros. */
extern _Thread_local thread_record this_thread;

/* Marks this thread as being inside the plugin, in a function of that name. What comes back goes to leave_plugin. */
thread_record enter_plugin(const char *method);
void leave_plugin(thread_record before);

/* Says what this thread is about to do, for the report of a crash. Cheap: keeps the format's text and two numbers. */
void step_note(const char *text, double one, double other);

/* plugin_table.call with the thread marked as being inside the plugin, for the ledger and the flight recorder, and with
 * its memory guarded where the settings say so. The slot is poisoned where they say so; one that the plugin has left as it
 * was is a breach of env.slot, and empty afterwards. */
int watched_call(const char *method, const void *body, size_t length, abi_buffer *slot);
void watched_free(void *block, size_t length);

/* A breach that the probe sees by itself, such as a host reply freed twice: `test` is the conformance id that it
 * concerns. Safe on any thread, not in a signal handler. */
void breach(const char *test, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* Words for what this build of the probe can do on this system, separated by blanks. */
const char *abilities(void);

/* ---- golden.c: calls with the answers that they have to bring ---- */

typedef struct {
  sample call;
  int code;
  const uint8_t *answer; /* not readable when the length is 0 */
  size_t length;
  int any;       /* whether only the code counts */
  int has_other; /* whether another answer is as good, such as that of another configuration */
  int other_code;
  const uint8_t *other;
  size_t other_length;
} golden;

typedef struct {
  golden *all;
  size_t count;
  samples calls; /* the requests belong to these */
} goldens;

/* The parameters `method`, `body`, `code` and `answer`, which come in groups (goldenFields() of cpex writes them), each
 * with an `other-code` and `other` where two answers are good, and with an `any` where all with that code are. The answers
 * belong to the frame. */
goldens goldens_of(const frame *asked);
void goldens_free(goldens *some);

/* Whether a call came back as it has to, or may. */
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
extern const experiment smoke_experiments[];

/* Runs the experiment that a frame of kind Perform names, answers with its observation and frees the frame. */
void experiment_perform(frame *asked);

#endif
