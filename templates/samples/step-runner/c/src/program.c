#if !defined(_WIN32) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* pipe2 */
#endif
#include "program.h"

#if !defined(_WIN32)
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* In milliseconds: how often the host is asked whether the step was cancelled. */
#define ASK_EVERY 25
/* How long output is read after the end of a program whose children still hold it. */
#define OUTPUT_WAIT 500

/* A program that runs: its output and error, -1 once they have ended. */
typedef struct running {
  cpex_call *call;
  pid_t pid;
  int outputs[2];
} running;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* ---- the start ---- */

/* Where other threads start programs too, a descriptor must not be without its mark even for a moment. */
static bool make_pipe(int ends[2]) {
#if defined(__APPLE__)
  if (pipe(ends) != 0) return false;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  return true;
#else
  return pipe2(ends, O_CLOEXEC) == 0;
#endif
}

static void close_pipe(int ends[2]) {
  for (int i = 0; i < 2; i++) {
    if (ends[i] >= 0) close(ends[i]);
    ends[i] = -1;
  }
}

static bool is_program(const char *path) {
  struct stat there;
  return stat(path, &there) == 0 && S_ISREG(there.st_mode) && access(path, X_OK) == 0;
}

/* The file of a program: its name, or the first one in the search path. NULL when there is none. */
static const char *find_program(cpex_call *call, const program *what) {
  const char *name = what->argv[0];
  if (strchr(name, '/') != NULL) return name;
  for (const char *at = what->search; at != NULL; at = strchr(at, ':')) {
    if (*at == ':') at++;
    int length = (int)strcspn(at, ":");
    const char *base = *at == '/' ? "" : what->folder;
    const char *path = cpex_textf(call, "%s%s%.*s/%s", base, *base == '\0' ? "" : "/", length, at, name).ptr;
    if (is_program(path)) return path;
  }
  return NULL;
}

/* In the child, between fork and exec: nothing but system calls. Tells the parent why it could not go on. */
static void become(const program *what, const char *path, const int input, int outputs[2][2], int report) {
  struct sigaction usual = {.sa_handler = SIG_DFL};
  sigset_t none;
  sigemptyset(&none);
  /* The host's own choices are no business of the program's. */
  for (int number = 1; number < NSIG; number++) sigaction(number, &usual, NULL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setpgid(0, 0);
  if (dup2(input, 0) >= 0 && dup2(outputs[0][1], 1) >= 0 && dup2(outputs[1][1], 2) >= 0 && chdir(what->folder) == 0) {
    execve(path, what->argv, what->env);
  }
  int reason = errno;
  while (write(report, &reason, sizeof reason) < 0 && errno == EINTR) {
  }
  _exit(EXIT_NOT_STARTED);
}

/* Starts the program. 0, or why it could not be started. */
static int start(running *one, const program *what, const char *path) {
  int outputs[2][2] = {{-1, -1}, {-1, -1}};
  int report[2] = {-1, -1};
  int reason = 0;
  int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  bool ready = input >= 0 && make_pipe(outputs[0]) && make_pipe(outputs[1]) && make_pipe(report);
  one->pid = ready ? fork() : -1;
  if (one->pid == 0) become(what, path, input, outputs, report[1]);
  if (one->pid < 0) reason = errno;
  if (input >= 0) close(input);
  if (report[1] >= 0) close(report[1]);
  report[1] = -1;
  if (one->pid > 0) {
    setpgid(one->pid, one->pid);
    while (read(report[0], &reason, sizeof reason) < 0 && errno == EINTR) {
    }
    if (reason != 0) waitpid(one->pid, NULL, 0);
  }
  for (int i = 0; i < 2 && one->pid > 0 && reason == 0; i++) {
    one->outputs[i] = outputs[i][0];
    outputs[i][0] = -1;
  }
  for (int i = 0; i < 2; i++) close_pipe(outputs[i]);
  close_pipe(report);
  return reason;
}

/* ---- the run ---- */

/* Hands on what there is of one output. False when the host does not take it. */
static bool hand_on(running *one, int index) {
  static const cpex_output_stream streams[] = {CPEX_OUTPUT_STREAM_STDOUT, CPEX_OUTPUT_STREAM_STDERR};
  uint8_t bytes[16384];
  ssize_t count = read(one->outputs[index], bytes, sizeof bytes);
  if (count > 0) return cpex_step_write(one->call, streams[index], (cpex_bytes){bytes, (size_t)count});
  if (count < 0 && errno == EINTR) return true;
  close(one->outputs[index]);
  one->outputs[index] = -1;
  return true;
}

/* Waits for output, at most so many milliseconds, and hands it on. False when the host does not take it. */
static bool listen_for(running *one, int milliseconds) {
  struct pollfd waited[2];
  for (int i = 0; i < 2; i++) waited[i] = (struct pollfd){.fd = one->outputs[i], .events = POLLIN};
  if (poll(waited, 2, milliseconds) <= 0) return true;
  for (int i = 0; i < 2; i++) {
    if (waited[i].revents != 0 && !hand_on(one, i)) return false;
  }
  return true;
}

static bool is_silent(const running *one) { return one->outputs[0] < 0 && one->outputs[1] < 0; }

/* Whether the program has ended. It stays a zombie for now, so that nobody else gets the number of its group. */
static bool has_ended(const running *one) {
  siginfo_t info = {0};
  return waitid(P_PID, (id_t)one->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

typedef enum outcome { ENDED, CANCELLED, NOT_HEARD } outcome;

static outcome watch(running *one) {
  int64_t asked = now();
  int64_t until = INT64_MAX;
  while (now() < until) {
    if (!listen_for(one, is_silent(one) ? 5 : ASK_EVERY / 2)) return NOT_HEARD;
    if (until == INT64_MAX && has_ended(one)) until = now() + OUTPUT_WAIT;
    if (until != INT64_MAX && is_silent(one)) break;
    if (until != INT64_MAX || now() - asked < ASK_EVERY) continue;
    if (cpex_cancelled(one->call)) return CANCELLED;
    asked = now();
  }
  return ENDED;
}

static int exit_code_of(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return EXIT_MISSING; /* somebody else has waited for it */
  }
  return WIFSIGNALED(status) ? EXIT_SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
}

int program_run(cpex_call *call, const program *what) {
  running one = {.call = call, .pid = -1, .outputs = {-1, -1}};
  if (cpex_cancelled(call)) return EXIT_CANCELLED;
  const char *path = find_program(call, what);
  int reason = path == NULL ? ENOENT : start(&one, what, path);
  if (reason != 0) {
    cpex_step_print(call, CPEX_OUTPUT_STREAM_STDERR, "%s: %s\n", what->argv[0],
                    path == NULL ? "there is no such program in PATH" : strerror(reason));
    return EXIT_NOT_STARTED;
  }
  outcome how = watch(&one);
  /* What the program left behind in its group does not outlive it. */
  kill(-one.pid, SIGKILL);
  int exit_code = exit_code_of(one.pid);
  for (int i = 0; i < 2; i++) {
    if (one.outputs[i] >= 0) close(one.outputs[i]);
  }
  if (how == CANCELLED) return EXIT_CANCELLED;
  if (how == ENDED) return exit_code;
  cpex_fail(call, "log_failed", "the host takes no output: %s", cpex_host_error_message(call).ptr);
  return -1;
}
#endif
