/* What a thread can say of itself, or of its process, in a signal handler: no memory is taken, no lock waited for.
 *
 * A crash goes to cpex in two frames, so that a broken stack costs no more than the second one: first the facts, then
 * the frames of the stack. */
#ifndef CPEX_CRASH_H
#define CPEX_CRASH_H

#include "judge.h"

/* ---- crash_report.c: fields, as in fields.c, in a place of their own ---- */

typedef struct {
  size_t length;
  uint8_t bytes[24 * 1024];
} report;

/* What does not fit is left out whole. */
void report_text(report *out, const char *name, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* What this thread was about to do, by step_note and watched_call, and who it is. */
void report_thread(report *out);

/* ---- crash_frames*.c: where a thread was ---- */

enum { MOST_FRAMES = 40 };

typedef struct {
  size_t count;
  uintptr_t at[MOST_FRAMES]; /* addresses of instructions, the innermost first; those of callers are of the call itself */
} stack_frames;

/* The frames of a thread from the registers that a handler was given: ucontext_t or CONTEXT. */
void frames_from(const void *context, stack_frames *out);

/* Writes a field `frame` for each: offset in its module, its symbol or nothing, its module, with tabs between them. */
void frames_report(const stack_frames *frames, int with_symbols, report *out);

/* ---- crash_address.c: what an address is ---- */

/* Adds the fields about an address that a thread could not use: `address`, `where` in words, `region` as one word. */
void address_report(uintptr_t address, uintptr_t stack_pointer, report *out);

/* ---- crash_posix.c, crash_windows.c ---- */

/* Says who this thread is, "the reader" or the like, and gives it a stack for handlers; for threads of the probe alone,
 * at their begin. The text stays where it is. */
void crash_thread_begin(const char *who);
/* At their end. */
void crash_thread_end(void);

/* Who this thread is; NULL for a thread that the plugin started. */
const char *crash_thread_name(void);

/* ---- stacks_linux.c ---- */

/* For the reader: answers with one frame of kind Stacks for each thread of the process, with the code 2 for its own, then
 * with one for no thread. The method is the plugin's path; a Go runtime in it is made to print its goroutines, which ends
 * the process: a frame with the code 1 says so first. The question's code is 1 while the plugin is loaded. Takes the frame. */
void stacks_tell(frame *asked);

#endif
