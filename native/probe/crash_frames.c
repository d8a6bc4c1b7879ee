/* The stack of a thread from the registers that a signal handler got, without what lies between them and the handler:
 * Go's own handler, which comes first when a Go runtime is loaded, cannot be seen through. */
#if !defined(_WIN32)
#if defined(__APPLE__)
#define _DARWIN_C_SOURCE
#else
#define _GNU_SOURCE
#endif
#include "crash.h"
#include <string.h>
#if defined(__APPLE__)
#include <sys/ucontext.h>
#else
#include <ucontext.h>
#endif

enum { LOWEST_CODE = 65536 }; /* no system puts code below */

typedef struct {
  uintptr_t pc, sp, fp, link;
} place;

typedef struct {
  stack_frames *out;
  uintptr_t from;
  int begun;
} trace;

static void add(stack_frames *out, uintptr_t address) {
  if (out->count < MOST_FRAMES) out->at[out->count++] = address;
}

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#include <unwind.h>
#define HAS_TABLES

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *given) {
  trace *self = given;
  int before = 0;
  uintptr_t at = _Unwind_GetIPInfo(context, &before);
  if (!self->begun && at != self->from) return _URC_NO_REASON; /* frames of this file */
  self->begun = 1;
  add(self->out, before || at == 0 ? at : at - 1);
  return self->out->count < MOST_FRAMES ? _URC_NO_REASON : _URC_END_OF_STACK;
}

/* Called by the code below only, which the compiler cannot see. */
__attribute__((used, visibility("hidden"))) void frames_walk(trace *self) { _Unwind_Backtrace(visit, self); }

/* Calls frames_walk, and tells unwinders that its caller is the code whose registers are in the block. */
void frames_enter(const void *registers, trace *self);
#if defined(__x86_64__)
#define WITH_REGISTERS(context) ((context)->uc_mcontext.gregs)
__asm__(".text\n.globl frames_enter\n.hidden frames_enter\n.type frames_enter, @function\nframes_enter:\n"
        ".cfi_startproc\n.cfi_signal_frame\n"
        "push %rbx\nmov %rdi, %rbx\nmov %rsi, %rdi\n"
        ".cfi_escape 0x0f,4,0x73,0xf8,0x00,0x06\n" /* the stack pointer: *(rbx + 15 * 8) */
        ".cfi_escape 0x10,3,3,0x73,0xd8,0x00\n"    /* rbx, rbp, r12 to r15, the instruction */
        ".cfi_escape 0x10,6,3,0x73,0xd0,0x00\n.cfi_escape 0x10,12,2,0x73,0x20\n.cfi_escape 0x10,13,2,0x73,0x28\n"
        ".cfi_escape 0x10,14,2,0x73,0x30\n.cfi_escape 0x10,15,2,0x73,0x38\n.cfi_escape 0x10,16,3,0x73,0x80,0x01\n"
        "call frames_walk\npop %rbx\nret\n.cfi_endproc\n.size frames_enter, .-frames_enter\n");
#else
#define WITH_REGISTERS(context) ((context)->uc_mcontext.regs)
#define SAVED(number, low, high) ".cfi_escape 0x10," #number ",3,0x83," #low "," #high "\n"
__asm__(".text\n.globl frames_enter\n.hidden frames_enter\n.type frames_enter, %function\nframes_enter:\n"
        ".cfi_startproc\n.cfi_signal_frame\n.cfi_return_column 96\n"
        "stp x29, x30, [sp, -32]!\nstr x19, [sp, 16]\nmov x19, x0\nmov x0, x1\n"
        ".cfi_escape 0x0f,4,0x83,0xf8,0x01,0x06\n" /* the stack pointer: *(x19 + 31 * 8) */
        SAVED(19, 0x98, 1) SAVED(20, 0xa0, 1) SAVED(21, 0xa8, 1) SAVED(22, 0xb0, 1) SAVED(23, 0xb8, 1)
        SAVED(24, 0xc0, 1) SAVED(25, 0xc8, 1) SAVED(26, 0xd0, 1) SAVED(27, 0xd8, 1) SAVED(28, 0xe0, 1)
        SAVED(29, 0xe8, 1) SAVED(30, 0xf0, 1) SAVED(96, 0x80, 2) /* the instruction */
        "bl frames_walk\nldr x19, [sp, 16]\nldp x29, x30, [sp], 32\nret\n"
        ".cfi_endproc\n.size frames_enter, .-frames_enter\n");
#endif
#endif

static place place_of(const ucontext_t *context) {
#if defined(__linux__) && defined(__x86_64__)
  const greg_t *all = context->uc_mcontext.gregs;
  return (place){(uintptr_t)all[REG_RIP], (uintptr_t)all[REG_RSP], (uintptr_t)all[REG_RBP], 0};
#elif defined(__linux__) && defined(__aarch64__)
  const mcontext_t *all = &context->uc_mcontext;
  return (place){all->pc, all->sp, all->regs[29], all->regs[30]};
#elif defined(__APPLE__) && defined(__aarch64__)
  const _STRUCT_ARM_THREAD_STATE64 *all = &context->uc_mcontext->__ss;
  return (place){(uintptr_t)all->__pc, (uintptr_t)all->__sp, (uintptr_t)all->__fp, (uintptr_t)all->__lr};
#elif defined(__APPLE__) && defined(__x86_64__)
  const _STRUCT_X86_THREAD_STATE64 *all = &context->uc_mcontext->__ss;
  return (place){all->__rip, all->__rsp, all->__rbp, 0};
#elif defined(__FreeBSD__) && defined(__x86_64__)
  const mcontext_t *all = &context->uc_mcontext;
  return (place){(uintptr_t)all->mc_rip, (uintptr_t)all->mc_rsp, (uintptr_t)all->mc_rbp, 0};
#else
  (void)context;
  return (place){0, 0, 0, 0};
#endif
}

/* Where code keeps frame pointers, each frame begins with that of its caller and the way back. */
static void follow_pointers(place from, stack_frames *out) {
  enum { FARTHEST = 8 << 20 };
  uintptr_t fp = from.fp, low = from.sp;
  while (out->count < MOST_FRAMES && fp >= low && fp - from.sp < FARTHEST && fp % sizeof fp == 0) {
    const uintptr_t *pair = (const uintptr_t *)fp;
    if (pair[1] < LOWEST_CODE) return;
    add(out, pair[1] - 1);
    low = fp + 1;
    fp = pair[0];
  }
}

/* What the tables of the modules know of callers; nothing when the instruction lies in none of them. */
static void follow_tables(const ucontext_t *context, place from, stack_frames *out) {
#ifdef HAS_TABLES
  trace self = {out, from.pc, 0};
  frames_enter(WITH_REGISTERS(context), &self);
#else
  (void)context;
  (void)from;
  (void)out;
#endif
}

/* A call of a bad address: its caller is all that is known. */
static int come_back(ucontext_t *context, place *from) {
#if defined(HAS_TABLES) && defined(__x86_64__)
  context->uc_mcontext.gregs[REG_RIP] = (greg_t)(*(const uintptr_t *)from->sp - 1);
  context->uc_mcontext.gregs[REG_RSP] += (greg_t)sizeof(uintptr_t);
#elif defined(HAS_TABLES)
  context->uc_mcontext.pc = from->link - 4;
#else
  (void)context;
  return 0;
#endif
  *from = place_of(context);
  return 1;
}

void frames_from(const void *given, stack_frames *out) {
  ucontext_t context;
  memcpy(&context, given, sizeof context);
  place from = place_of(&context);
  out->count = 0;
  if (from.pc < LOWEST_CODE) add(out, from.pc);
  if (from.pc >= LOWEST_CODE || come_back(&context, &from)) follow_tables(&context, from, out);
  if (out->count == 0) add(out, from.pc);
  if (out->count <= 1) follow_pointers(from, out);
}
#endif
