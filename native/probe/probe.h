/* The C probe: a small host that loads one plugin and serves it to cpex over one channel.
 *
 * How it is put together
 *
 *   probe.c     main: opens the channel, reads the settings, loads, serves calls, shuts down
 *   frame.c     the 32-byte header of the session protocol: encode, decode, check
 *   channel.c   one stream of frames: a locked writer, a buffered reader that checks every length
 *   plugin.c    open the library, find the entry, call it, judge the plugin's table
 *   calls.c     the calls that cpex asks for: in order, beside each other, in a loop
 *   host.c      what the plugin asks: sent to cpex, answered by it, with calls in between
 *   memory.c    the blocks that the probe itself works with
 *   watch.c     each entry into the plugin, on record, and guarded where a session asks for it
 *   guard*.c    memory between pages that nobody may touch, found again by address
 *   answers.c   the host's answers from the moment that the plugin gets them until it has freed them
 *   ledger*.c   malloc and its kin, and what the plugin holds of it
 *   connect.c   the channel's two forms: an inherited descriptor, or 127.0.0.1 with tokens
 *   platform_posix.c, platform_windows.c   threads, libraries, time, the end of the process
 *   crash_*.c, stacks_*.c   what a crash says of itself, and what threads do that do not come back
 *
 * Threads: the main thread loads the plugin and makes the calls that come in order; the reader thread
 * takes frames off the channel and hands them out, and ends the process when the channel does, whatever
 * the plugin is doing; calls that may run beside others have a thread each. A thread of the plugin that
 * asks the host waits on its own, so that many requests may be open at a time.
 *
 * Nothing is taken on trust from the channel: a frame that is too long, unfinished, of an unknown kind or
 * out of place ends the process with a fault. C11 and the system's own interfaces, nothing else.
 */
#ifndef CPEX_PROBE_H
#define CPEX_PROBE_H

#include <stddef.h>
#include <stdint.h>

/* ---- The plugin's side: layout of the native ABI, version independent ---- */

typedef struct {
  void *ptr;
  size_t len;
} abi_buffer;

typedef struct {
  uint32_t abi_version;
  void *host_ctx;
  int (*call)(void *host_ctx, const char *method, const uint8_t *request, size_t request_len, abi_buffer *response);
  void (*free_buffer)(void *ptr, size_t len);
} abi_host;

typedef struct {
  uint32_t abi_version;
  int (*call)(const char *method, const uint8_t *request, size_t request_len, abi_buffer *response);
  void (*free_buffer)(void *ptr, size_t len);
  void (*shutdown)(void);
} abi_plugin;

typedef int (*abi_entry)(const abi_host *host, abi_plugin *plugin);

/* ---- frame.c ---- */

enum {
  HEADER_SIZE = 32,
  MAX_METHOD = 60000 /* bytes of a name, without its terminator */
};
#define MAX_BODY ((uint64_t)1 << 31) /* longest body that is sent or read */

/* As in src/runtime/wire/frame.ts; the probe knows no others. */
enum frame_kind {
  KIND_CALL = 1,
  KIND_REPLY = 2,
  KIND_LOOP = 3,
  KIND_STOP = 7,
  KIND_END = 8,
  KIND_READY = 9,
  KIND_REFUSED = 10,
  KIND_FAULT = 11,
  KIND_ASK = 12,
  KIND_ANSWER = 13,
  KIND_LATE_ASK = 14,
  KIND_SHUTTING_DOWN = 15,
  KIND_START = 16,
  KIND_PHASE = 17,
  KIND_BEGIN = 18,
  KIND_CRASH = 19,
  KIND_PERFORM = 20,
  KIND_OBSERVED = 21,
  KIND_BREACH = 22,
  KIND_STACKS = 23
};

enum frame_flag { FLAG_SHARED = 1, FLAG_NULL_POINTER = 2, FLAG_CONCURRENT = 4, FLAG_COPIED = 8, FLAG_NESTED = 16 };

/* Numbers of the phases, as in src/runtime/wire/recorder.ts. */
enum phase { PHASE_LOAD = 1, PHASE_INIT = 2, PHASE_IDLE = 3, PHASE_SHUTDOWN = 4, PHASE_EXIT = 5 };

typedef struct {
  uint8_t kind;
  uint8_t flags;
  uint32_t id;
  int32_t code;
  double a;
  double b;
  uint32_t method_len; /* with its terminator, so never 0 */
  uint32_t body_len;
} frame_header;

/* Writes a header; the caller sends method and body after it. */
void frame_encode(uint8_t out[HEADER_SIZE], const frame_header *header);

/* Reads a header. Returns NULL, or what is wrong with it. */
const char *frame_decode(const uint8_t in[HEADER_SIZE], frame_header *header);

/* A received frame with its name and body in blocks of their own. */
typedef struct frame {
  struct frame *next;
  frame_header header;
  char *method;
  uint8_t *body;
} frame;

void frame_free(frame *one);

/* ---- channel.c ---- */

/* Sends one frame whole, whichever thread asks. The name may be NULL. A peer that is gone is noticed by the reader. */
void channel_send(const frame_header *header, const char *method, const void *body, size_t length);

/* The same for a thread that has crashed and may hold the lock: gives up instead of waiting for ever. */
void channel_send_last(const frame_header *header, const char *method, const void *body, size_t length);

/* The next frame, or NULL at the end of the channel. Bad frames are reported and end the process. */
frame *channel_next(void);

/* Says that the host itself failed, and ends the process. */
_Noreturn void fault(const char *text);

/* Whole bytes on the wire: these come from connect.c and are what channel.c stands on. Return 0 on success. */
int wire_send(const void *bytes, size_t length);
/* Up to `length` bytes; 0 at the end or on an error. */
size_t wire_receive(void *bytes, size_t length);
/* Opens the channel that CPEX_PROBE_CHANNEL names. Returns NULL, or what went wrong. */
const char *wire_open(void);

/* ---- plugin.c ---- */

typedef struct {
  const char *artefact;
  const char *entry;
  uint32_t abi_version;
  int optional_shutdown;
  int optional_response;
  int shutdown_refused;
  int unload_refused;
} plugin_rules;

/* Loads and initialises. Returns 0 when the plugin was refused, which has been reported then. */
int plugin_start(const plugin_rules *rules);

/* Calls the plugin's shutdown where there is one, and where the plugin is not over. */
void plugin_shutdown(void);

/* Calls the entry once more, with the same host and a table of its own, which counts when it returns 0: its code. */
int plugin_init_again(void);

extern abi_plugin plugin_table;

/* Nanoseconds of processor time that loading and init took. */
extern double plugin_start_ns;
extern abi_entry plugin_entry;
extern const abi_host *plugin_host;
extern void *plugin_library;
extern const char *plugin_file;
/* Not 0 once an experiment has brought the plugin to its end, or leaves it without one. */
extern int plugin_over;

/* Tells cpex where the plugin is in its life. */
void report_phase(enum phase phase);

/* ---- calls.c ---- */

void calls_open(void);

/* Makes one call on this thread, replies and frees the frame. */
void call_make(frame *one);

/* For the reader: queues what runs in order, starts what may run beside it. */
void calls_take(frame *one);

/* Serves the queue until a frame of kind Stop comes, which is returned. Waits for the calls beside it. */
frame *calls_serve(void);

/* ---- host.c ---- */

void host_open(void);

const abi_host *host_table(uint32_t abi_version, int optional_response);

/* For the reader: an answer, or a call to be made by the thread that waits for one. Takes the frame. */
void host_take(frame *one);

/* From now on every request is refused and reported. */
void host_close(void);

/* ---- memory.c ---- */

/* A block that a plugin may read or gets to own. Never NULL: a machine without memory ends the process. */
void *block_take(size_t size);
/* The same, NULL when there is no room: for sizes that the channel or the plugin chose. */
void *block_try(size_t size);
void block_give(void *block);

/* ---- platform_*.c ---- */

typedef struct platform_lock platform_lock;
typedef struct platform_signal platform_signal;

platform_lock *lock_new(void);
void lock_take(platform_lock *lock);
/* Returns 0 when another thread has it. */
int lock_try(platform_lock *lock);
void lock_drop(platform_lock *lock);

platform_signal *signal_new(void);
void signal_free(platform_signal *signal);
void signal_wait(platform_signal *signal, platform_lock *lock);
void signal_wake(platform_signal *signal);

/* Runs a function on a thread of its own, with a stack of 8 MiB. Returns 0 on success. */
int thread_start(void (*run)(void *argument), void *argument);

double clock_ns(void);
void sleep_ms(double milliseconds);

/* Returns the library, or NULL and the loader's words in `said`. */
void *library_open(const char *file, char *said, size_t room);
void *library_symbol(void *library, const char *name, char *said, size_t room);
/* Gives a library back to the system, which may keep it. */
void library_close(void *library);
/* Whether the system still has a library in memory that was opened from this file. */
int library_mapped(const char *file);

/* Before anything else runs: crashes that the parent cannot see from the exit status are told over the channel. */
void crashes_watch(void);

/* Ends the process at once; with code 1, which says that cpex is gone, what it started as well. */
_Noreturn void process_end(int code);

#endif
