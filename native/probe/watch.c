/* Calls into the plugin: with a record of where each thread is, and with guarded memory where that is wanted. */
#include "judge.h"
#include "ledger.h"
#include "state.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

watch_settings watch;
_Thread_local thread_record this_thread;

static const struct {
  const char *name;
  enum guard_part part;
} PARTS[] = {
    {"request", GUARD_REQUEST}, {"method", GUARD_METHOD},       {"slot", GUARD_SLOT},
    {"tables", GUARD_TABLES},   {"answers", GUARD_ANSWERS},     {"read-only", GUARD_READ_ONLY},
    {"closed", GUARD_CLOSED},   {"freed", GUARD_FREED},         {"silence", GUARD_SILENCE},
    {"pages", GUARD_PAGES},
};

/* A list of names with commas between them. */
static unsigned parts_named(const char *list) {
  unsigned parts = 0;
  for (const char *at = list; *at != 0;) {
    size_t length = strcspn(at, ",");
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
      if (strlen(PARTS[i].name) == length && strncmp(PARTS[i].name, at, length) == 0) parts |= PARTS[i].part;
    }
    at += length + (at[length] == ',');
  }
  return parts;
}

void watch_open(const char *guard, const char *parts, const char *skew, const char *slot, const char *only) {
  this_thread.aside = 1;
  guard_init();
  answers_init();
  if (guard != NULL) watch.guard = strcmp(guard, "start") == 0 ? GUARD_START : GUARD_END;
  watch.parts = parts == NULL ? ~0u : parts_named(parts);
  watch.skew = skew == NULL ? 0 : (size_t)strtoul(skew, NULL, 10);
  watch.poison = slot != NULL && strcmp(slot, "poison") == 0;
  watch.only_load = only != NULL && strcmp(only, "load") == 0;
}

int is_guarded(enum guard_part part) { return watch.guard != GUARD_OFF && (watch.parts & part) != 0; }

void step_note(const char *text, double one, double other) {
  this_thread.step = text;
  this_thread.one = one;
  this_thread.other = other;
}

thread_record enter_plugin(const char *method) {
  thread_record before = this_thread;
  this_thread.method = method;
  this_thread.aside = 0;
  return before;
}

void leave_plugin(thread_record before) {
  this_thread.method = before.method;
  this_thread.aside = before.aside;
}

static int enter(const char *method, const void *body, size_t length, abi_buffer *slot) {
  thread_record before = enter_plugin(method);
  int code = plugin_table.call(method, body, length, slot);
  leave_plugin(before);
  return code;
}

/* A copy of something that the plugin may read during a call. */
static guard_block *lend(const void *bytes, size_t length, enum guard_part part, const char *what, const char *method) {
  int request = part == GUARD_REQUEST;
  guard_side side = !is_guarded(part) ? GUARD_OFF : request ? watch.guard : GUARD_END;
  guard_block *block = guard_open(length, side, request ? watch.skew : 0, what, method);
  if (block == NULL) fault("there is no memory for a guarded block");
  if (length > 0) memcpy(block->at, bytes, length);
  if (part != GUARD_SLOT && is_guarded(GUARD_READ_ONLY)) guard_fix(block);
  return block;
}

static void take_back(guard_block *block) {
  if (is_guarded(GUARD_CLOSED)) guard_close(block, "after the call had returned");
  else guard_reuse(block);
}

static int enter_guarded(const char *method, const void *body, size_t length, abi_buffer *slot) {
  guard_block *name = method == NULL ? NULL : lend(method, strlen(method) + 1, GUARD_METHOD, "the method name of", method);
  guard_block *request = body == NULL ? NULL : lend(body, length, GUARD_REQUEST, "the request of", method);
  guard_block *place = lend(slot, sizeof *slot, GUARD_SLOT, "the response slot of", method);
  int code = enter(name == NULL ? NULL : (const char *)name->at, request == NULL ? NULL : request->at, length,
                   (abi_buffer *)place->at);
  memcpy(slot, place->at, sizeof *slot);
  take_back(place);
  if (request != NULL) take_back(request);
  if (name != NULL) take_back(name);
  return code;
}

int watched_call(const char *method, const void *body, size_t length, abi_buffer *slot) {
  if (watch.poison) *slot = (abi_buffer){POISON_POINTER, POISON_LENGTH};
  int guarded = watch.guard != GUARD_OFF || watch.skew != 0;
  int code = guarded ? enter_guarded(method, body, length, slot) : enter(method, body, length, slot);
  if (watch.poison && (slot->ptr == POISON_POINTER || slot->len == POISON_LENGTH)) {
    const char *left = slot->ptr != POISON_POINTER ? "the length" : slot->len == POISON_LENGTH ? "all" : "the pointer";
    breach("env.slot", "%s left %s of its response slot as it was.", method == NULL ? "A call" : method, left);
    *slot = (abi_buffer){NULL, 0};
  }
  return code;
}

void watched_free(void *block, size_t length) {
  thread_record before = enter_plugin("free_buffer");
  plugin_table.free_buffer(block, length);
  leave_plugin(before);
}

/* A rule that is broken in each of a million calls is told often enough. */
enum { MOST_BREACHES = 200 };

void breach(const char *test, const char *format, ...) {
  static atomic_int told;
  if (atomic_fetch_add(&told, 1) >= MOST_BREACHES) return;
  char text[512];
  va_list values;
  va_start(values, format);
  vsnprintf(text, sizeof text, format, values);
  va_end(values);
  frame_header header = {.kind = KIND_BREACH};
  channel_send(&header, test, text, strlen(text));
}

/* Each word stands for something that this build can do on this system; cpex skips what needs another one. */
static const char ABILITIES[] = "guard"
                                " threads"
#ifndef _WIN32
                                " unload"
#endif
    ;

const char *abilities(void) {
  static char all[sizeof ABILITIES + sizeof " proc" + sizeof " ledger"];
  /* Some containers have no /proc. */
  const char *proc = threads_alive() > 0 ? " proc" : "";
  snprintf(all, sizeof all, "%s%s%s", ABILITIES, proc, ledger_interposed() ? " ledger" : "");
  return all;
}
