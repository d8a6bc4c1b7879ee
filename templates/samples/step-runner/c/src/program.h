/* Runs one program to its end. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "cpex/cpex.h"

/* Exit codes of a step beside those of programs. */
#define EXIT_MISSING 1
#define EXIT_NOT_STARTED 127
#define EXIT_SIGNALLED 128
#define EXIT_CANCELLED 130

typedef struct program {
  /* The program and its arguments; ends with NULL. */
  char *const *argv;
  /* "NAME=value"; ends with NULL. */
  char *const *env;
  /* Where a name without a slash is looked for. */
  const char *search;
  const char *folder;
} program;

/*
 * Runs a program in its folder and hands its output on as it comes. When the step is cancelled, the program ends with
 * all that it has started. Returns the exit code of the step; -1, and a failure of the call, when the host takes no
 * output.
 */
int program_run(cpex_call *call, const program *what);

#endif
