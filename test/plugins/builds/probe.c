/* The command "fixture-probe": tries the host's services and prints what it found as JSON. With --threads it stores
 * 1 KiB from each of 16 threads at once and looks whether all of it is there. */
#define _GNU_SOURCE
#define METADATA "{\"id\":\"probe\",\"name\":\"Probe\",\"version\":\"1.0.0\",\"author\":\"Tests\"}"
#define CAPABILITIES                                                                                \
  "{\"command\":[{\"verb\":\"fixture-probe\",\"about\":\"Tries the services of the host.\",\"args\":[" \
  "{\"kind\":\"flag\",\"long\":\"threads\",\"help\":\"Store from 16 threads.\"}]}]}"
#define ON_COMMAND
#include "build.h"

enum { THREADS = 16, BYTES = 1024 };

static void *stores(void *argument) {
  char key[32], value[BYTES + 1];
  snprintf(key, sizeof key, "thread:%02d", (int)(size_t)argument);
  memset(value, 'a' + (int)(size_t)argument, BYTES);
  return (void *)(size_t)kv_set("plugin", key, value, BYTES);
}

static int from_threads(void) {
  pthread_t threads[THREADS];
  int stored = 0;
  for (size_t at = 0; at < THREADS; at++) pthread_create(&threads[at], NULL, stores, (void *)at);
  for (int at = 0; at < THREADS; at++) {
    void *ok;
    pthread_join(threads[at], &ok);
    stored += ok != NULL;
  }
  return stored;
}

/* What is stored in one scope is in no other one. */
static int isolated(void) {
  const char *scopes[] = {"plugin", "build", "step"};
  int ok = 1;
  for (int at = 0; at < 3; at++) ok &= kv_set(scopes[at], "scope", scopes[at], strlen(scopes[at]));
  for (int at = 0; at < 3; at++) ok &= kv_has(scopes[at], "scope", scopes[at]);
  ok &= is_ok(answer_of("host.kv.delete", "{\"scope\":\"build\",\"key\":\"scope\"}"), "\"deleted\":true");
  return ok & kv_has("build", "scope", NULL) & kv_has("plugin", "scope", "plugin") & kv_has("step", "scope", "step");
}

static int on_command(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len), report[512], *output = NULL, *encoded;
  if (!words) return *(cpex_buffer *)slot = (cpex_buffer){0}, 1;
  int threads = strstr(words, "\"threads\":true") ? from_threads() : 0;
  free(words);
#define WORD(condition) ((condition) ? "true" : "false")
  snprintf(report, sizeof report,
           "{\"log_ok\":%s,\"kv_round_trip\":%s,\"kv_isolated_per_scope\":%s,\"fs_read_returns_none_for_missing\":%s,"
           "\"should_cancel_default_false\":%s,\"archive_default_empty\":%s,\"stored_by_threads\":%d}\n",
           WORD(is_ok(answer_of("host.log", "{\"level\":\"info\",\"message\":\"probe\"}"), NULL)),
           WORD(kv_set("plugin", "k", "v", 1) && kv_has("plugin", "k", "v")), WORD(isolated()),
           WORD(is_ok(answer_of("host.config.read", "{\"path\":\"missing.json\"}"), "\"found\":false")),
           WORD(is_ok(answer_of("host.cancelled", "{}"), "\"cancelled\":false")),
           WORD(is_ok(answer_of("host.archive.size", "{\"archive_id\":\"workspace\"}"), "\"size\":1024")), threads);
  encoded = base64(report, strlen(report));
  if (encoded && asprintf(&output, "{\"stream\":\"stdout\",\"data\":\"%s\"}", encoded) > 0)
    ask_host("host.output.write", output);
  free(encoded), free(output);
  return reply(slot, OK("{\"exit_code\":0}"));
}
