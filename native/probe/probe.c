/* The life of a probe: channel, settings, plugin, calls, shutdown, end token. */
#include "crash.h"
#include "state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The end of the channel is the end of the process, whatever the plugin is doing. */
static void read_frames(void *unused) {
  (void)unused;
  crash_thread_begin("the thread that reads what cpex sends");
  for (frame *one = channel_next(); one != NULL; one = channel_next()) {
    switch (one->header.kind) {
    case KIND_ANSWER:
      host_take(one);
      break;
    case KIND_STACKS:
      stacks_tell(one);
      break;
    case KIND_START:
      fault("settings came twice");
    default:
      if (one->header.flags & FLAG_NESTED) host_take(one);
      else calls_take(one);
    }
  }
  process_end(1);
}

/* The value of a setting in a body of "name NUL value NUL" pairs, or NULL. */
static const char *setting(const frame *one, const char *name) {
  const char *at = (const char *)one->body;
  const char *end = at + one->header.body_len;
  while (at < end) {
    const char *value = memchr(at, 0, (size_t)(end - at));
    if (value == NULL || ++value >= end) return NULL;
    const char *next = memchr(value, 0, (size_t)(end - value));
    if (next == NULL) return NULL;
    if (strcmp(at, name) == 0) return value;
    at = next + 1;
  }
  return NULL;
}

static int is_set(const frame *one, const char *name) {
  const char *value = setting(one, name);
  return value != NULL && strcmp(value, "1") == 0;
}

/* The settings stay where they are: in the first frame, which is kept. */
static plugin_rules read_settings(const frame *start) {
  plugin_rules rules = {0};
  rules.artefact = setting(start, "artefact");
  rules.entry = setting(start, "entry");
  const char *version = setting(start, "abiVersion");
  if (rules.artefact == NULL || rules.entry == NULL || version == NULL) fault("settings are missing");
  rules.abi_version = (uint32_t)strtoul(version, NULL, 10);
  rules.optional_shutdown = is_set(start, "optionalShutdown");
  rules.optional_response = is_set(start, "optionalResponse");
  rules.shutdown_refused = is_set(start, "shutdownRefused");
  rules.unload_refused = is_set(start, "unloadRefused");
  watch_open(setting(start, "guard"), setting(start, "parts"), setting(start, "skew"), setting(start, "slot"),
             setting(start, "only"));
  return rules;
}

/* Under wine the first program pays for the start of Windows, and the last one ends it: while a program waits here for
 * the end of its input, the others start at once. */
static int keep_awake(void) {
  printf("awake\n");
  fflush(stdout);
  while (getchar() != EOF) {
  }
  return 0;
}

int main(void) {
  const char *told = getenv("CPEX_PROBE_CHANNEL");
  if (told != NULL && strcmp(told, "none") == 0) return keep_awake();
  crashes_watch();
  const char *problem = wire_open();
  if (problem != NULL) {
    fprintf(stderr, "cpex probe: %s\n", problem);
    return 70;
  }
  calls_open();
  host_open();
  frame *start = channel_next();
  if (start == NULL) return 70;
  if (start->header.kind != KIND_START) fault("settings have to come first");
  plugin_rules rules = read_settings(start);
  const char *wanted = setting(start, "prepare");
  if (wanted != NULL) prepare(wanted);
  if (thread_start(read_frames, NULL) != 0) fault("the reader's thread could not be started");
  if (!plugin_start(&rules)) return 0;
  report_phase(PHASE_IDLE);
  frame_header ready = {.kind = KIND_READY, .a = plugin_table.abi_version};
  channel_send(&ready, NULL, abilities(), strlen(abilities()));

  frame *stop = calls_serve();
  frame_header leaving = {.kind = KIND_SHUTTING_DOWN};
  report_phase(PHASE_SHUTDOWN);
  channel_send(&leaving, NULL, NULL, 0);
  plugin_shutdown();
  host_close();
  sleep_ms(stop->header.a);
  report_phase(PHASE_EXIT);
  frame_header end = {.kind = KIND_END};
  channel_send(&end, NULL, stop->body, stop->header.body_len);
  frame_free(stop);
  frame_free(start);
  return 0;
}
