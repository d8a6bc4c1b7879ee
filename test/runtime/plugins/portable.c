/* What a plugin can do on every system, good and bad, on request. What happens outside of a call is chosen by the variable
 * CPEX_TEST, a word such as "init:segv". */
#include "host_calls.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#define EXPORT __declspec(dllexport)
#define PAUSE() Sleep(10)
#else
#include <time.h>
#define EXPORT CPEX_EXPORT
#define PAUSE() nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL)
#endif

static void misbehave(const char *what) {
  if (!strcmp(what, "segv")) *(volatile int *)0 = 1;
  else if (!strcmp(what, "abort")) abort();
  else if (!strncmp(what, "exit", 4)) exit(atoi(what + 4));
  else if (!strcmp(what, "hang")) for (volatile int forever = 1; forever;) PAUSE();
  else if (!strcmp(what, "spin")) for (volatile int forever = 1; forever;) {}
  else if (!strcmp(what, "callback")) ask_host("host.early", (const uint8_t *)"{}", 2, NULL);
  else if (!strcmp(what, "noise")) {
    printf("out of turn\n");
    fprintf(stderr, "last words\n");
    fflush(stdout);
  }
}

static void at(const char *moment) {
  const char *word = getenv("CPEX_TEST");
  size_t length = strlen(moment);
  if (word && !strncmp(word, moment, length) && word[length] == ':') misbehave(word + length + 1);
}

static int plugin_call(const char *method, const uint8_t *request, size_t length, cpex_buffer *response) {
  if (!strcmp(method, "echo")) reply(response, request, length);
  else if (!strcmp(method, "nothing")) return 7;
  else if (!strcmp(method, "ask")) return ask_host("host.echo", request, length, response);
  else {
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

EXPORT int cpex_plugin_init(const cpex_host_api *api, cpex_plugin_api *plugin) {
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
