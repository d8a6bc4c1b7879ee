/* One plugin that does on request what plugins should not do. What happens outside of a call is chosen by the variable
 * CPEX_TEST: a list of words such as "init:segv,shutdown:hang". */
#define _GNU_SOURCE
#include "host_calls.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Winfinite-recursion"
static int overflow(int depth) {
  volatile char frame[4096];
  memset((char *)frame, depth, sizeof frame);
  return overflow(depth + 1) + frame[depth & 4095];
}

static void hang(void) {
  volatile int forever = 1;
  while (forever) usleep(10000);
}

static void grandchild(int own_session, const char *pid_file) {
  int running[2];
  if (pipe2(running, O_CLOEXEC) != 0) return;
  pid_t pid = fork();
  if (pid == 0) {
    if (own_session) setsid();
    execlp("sleep", "sleep", "1000", (char *)NULL);
    _exit(1);
  }
  /* Ends when the child has become another program. */
  char nothing;
  close(running[1]);
  ssize_t ended = read(running[0], &nothing, 1);
  (void)ended;
  close(running[0]);
  FILE *file = fopen(pid_file, "w");
  if (file == NULL) return;
  fprintf(file, "%d", (int)pid);
  fclose(file);
}

static void *ask_later(void *argument) {
  (void)argument;
  usleep(50000);
  ask_host("host.late", (const uint8_t *)"{}", 2, NULL);
  return NULL;
}

static void start_late_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, ask_later, NULL);
  pthread_detach(thread);
}

static void misbehave(const char *what) {
  if (!strcmp(what, "segv")) *(volatile int *)0 = 1;
  else if (!strcmp(what, "abort")) abort();
  else if (!strncmp(what, "exit", 4)) exit(atoi(what + 4));
  else if (!strncmp(what, "_exit", 5)) _exit(atoi(what + 5));
  else if (!strcmp(what, "hang")) hang();
  else if (!strcmp(what, "spin")) for (volatile int i = 0;; i++) {}
  else if (!strcmp(what, "overflow")) overflow(0);
  else if (!strcmp(what, "fork")) grandchild(0, "grandchild.pid");
  else if (!strcmp(what, "daemon")) grandchild(1, "grandchild.pid");
  else if (!strcmp(what, "callback")) ask_host("host.early", (const uint8_t *)"{}", 2, NULL);
  else if (!strcmp(what, "late")) start_late_thread();
  else if (!strcmp(what, "stay")) ask_host("host.stay", (const uint8_t *)"{}", 2, NULL);
  else if (!strcmp(what, "stderr")) fprintf(stderr, "last words\n");
}

static void at(const char *moment) {
  const char *list = getenv("CPEX_TEST");
  if (list == NULL) return;
  char copy[256];
  snprintf(copy, sizeof copy, "%s", list);
  char *rest = NULL;
  for (char *word = strtok_r(copy, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
    size_t length = strlen(moment);
    if (!strncmp(word, moment, length) && word[length] == ':') misbehave(word + length + 1);
  }
}

static void *ask_from_thread(void *argument) {
  char body[32];
  int length = snprintf(body, sizeof body, "%d", (int)(intptr_t)argument);
  return (void *)(intptr_t)ask_host("host.thread", (const uint8_t *)body, (size_t)length, NULL);
}

static int ask_from_threads(int count, cpex_buffer *response) {
  pthread_t *threads = calloc((size_t)count, sizeof *threads);
  int failures = 0;
  for (int i = 0; i < count; i++) pthread_create(&threads[i], NULL, ask_from_thread, (void *)(intptr_t)i);
  for (int i = 0; i < count; i++) {
    void *code = NULL;
    pthread_join(threads[i], &code);
    failures += code != NULL;
  }
  free(threads);
  char text[32];
  reply(response, text, (size_t)snprintf(text, sizeof text, "%d", failures));
  return 0;
}

static int flood(size_t bytes, cpex_buffer *response) {
  static char block[65536];
  memset(block, 'x', sizeof block);
  block[sizeof block - 1] = '\n';
  for (size_t done = 0; done < bytes; done += sizeof block) fwrite(block, 1, sizeof block, stdout);
  fflush(stdout);
  reply(response, "done", 4);
  return 0;
}

static int plugin_call(const char *method, const uint8_t *request, size_t length, cpex_buffer *response) {
  char argument[64] = "";
  memcpy(argument, request, length < 63 ? length : 63);
  if (!strcmp(method, "echo")) reply(response, request, length);
  else if (!strcmp(method, "nothing")) return 7;
  else if (!strcmp(method, "huge")) response->ptr = malloc(16), response->len = (size_t)1 << 60;
  else if (!strcmp(method, "lost")) response->ptr = NULL, response->len = 42;
  else if (!strcmp(method, "ask")) return ask_host("host.echo", request, length, response);
  else if (!strcmp(method, "threads")) return ask_from_threads(atoi(argument), response);
  else if (!strcmp(method, "meet")) {
    ask_host("host.enter", request, length, NULL);
    usleep(200000);
    ask_host("host.leave", request, length, NULL);
    reply(response, request, length);
  } else if (!strcmp(method, "flood")) return flood((size_t)atol(argument), response);
  else if (!strcmp(method, "close")) {
    for (int i = 0; i < 64; i++) close(i);
    reply(response, "closed", 6);
  } else if (!strcmp(method, "scribble")) {
    for (int i = 3; i < 10; i++) {
      ssize_t written = write(i, "garbage that is no frame at all", 31);
      (void)written;
    }
    reply(response, "written", 7);
  } else {
    misbehave(method);
    reply(response, "{}", 2);
  }
  return 0;
}

static void plugin_free(void *ptr, size_t len) {
  (void)len;
  free(ptr);
}

static void plugin_shutdown(void) { at("shutdown"); }

__attribute__((constructor)) static void loaded(void) { at("load"); }
__attribute__((destructor)) static void unloaded(void) { at("unload"); }

CPEX_EXPORT int cpex_plugin_init(const cpex_host_api *api, cpex_plugin_api *plugin) {
  host = api;
  at("init");
  const char *refuse = getenv("CPEX_TEST_INIT_CODE");
  if (refuse) return atoi(refuse);
  const char *version = getenv("CPEX_TEST_VERSION");
  plugin->abi_version = version ? (uint32_t)atoi(version) : 1;
  plugin->call = plugin_call;
  plugin->free_buffer = plugin_free;
  plugin->shutdown = getenv("CPEX_TEST_NO_SHUTDOWN") ? NULL : plugin_shutdown;
  return 0;
}
