/* Other plugins in the same process: loaded after the one that is judged, and called all the time beside it. */
#include "torture.h"
#include <stdio.h>
#include <string.h>

enum { MOST = 8 };

typedef struct {
  const char *file;
  abi_plugin table;
  const frame *asked;
  atomic_int *over;
  double made;
  double failed;
} companion;

static int load(companion *one, observation *seen) {
  char said[512] = "";
  step_note("another plugin is loaded", 0, 0);
  void *library = library_open(one->file, said, sizeof said);
  void *found = library == NULL ? NULL : library_symbol(library, "cpex_plugin_init", said, sizeof said);
  if (found == NULL) {
    observe_text(seen, "refused", "%s", said);
    return 0;
  }
  abi_entry entry;
  memcpy(&entry, &found, sizeof entry);
  int code = entry(plugin_host, &one->table);
  if (code != 0 || one->table.call == NULL) observe_text(seen, "refused", "%s: its init returned %d", one->file, code);
  return code == 0 && one->table.call != NULL;
}

/* One call whose answer has to be an envelope with a result. */
static int served(companion *one, const char *name, const char *body_name) {
  const char *method = parameter(one->asked, name), *body = parameter(one->asked, body_name);
  if (method == NULL || body == NULL) fault("calls of the companions are missing");
  abi_buffer slot = {NULL, 0};
  int code = one->table.call(method, (const uint8_t *)body, strlen(body), &slot);
  static const char GOOD[] = "{\"ok\":true";
  int good = code == 0 && slot.ptr != NULL && slot.len >= sizeof GOOD - 1 && memcmp(slot.ptr, GOOD, sizeof GOOD - 1) == 0;
  if (slot.ptr != NULL) one->table.free_buffer(slot.ptr, slot.len);
  return good;
}

static void keep_calling(void *given) {
  companion *self = given;
  while (!atomic_load(self->over)) {
    step_note("a call of another plugin in this process", 0, 0);
    self->made++;
    self->failed += !served(self, "otherMethod", "otherBody");
    thread_yield();
  }
}

static size_t load_all(const frame *asked, observation *seen, companion *all, atomic_int *over) {
  size_t count = 0;
  field one;
  for (field_reader reader = fields_of(asked); field_next(&reader, &one) && count < MOST;) {
    if (strcmp(one.name, "companion") != 0) continue;
    all[count] = (companion){.file = (const char *)one.bytes, .asked = asked, .over = over};
    if (!load(&all[count], seen)) continue;
    if (served(&all[count], "otherRegister", "otherRegistration")) count++;
    else observe_text(seen, "refused", "%s: it does not register", all[count].file);
  }
  return count;
}

void with_companions(const frame *asked, observation *seen) {
  crowd all;
  crowd_open(&all, asked);
  companion others[MOST];
  joined_thread *threads[MOST];
  atomic_int over = 0;
  double failed = 0;
  size_t count = load_all(asked, seen, others, &over);
  for (size_t i = 0; i < count; i++) threads[i] = thread_begin(keep_calling, &others[i], 0);
  double until = clock_ns() + parameter_number(asked, "ms", 1000) * 1e6;
  for (size_t i = 0; i < all.calls.count || clock_ns() < until; i++) crowd_round(&all, 0, i);
  atomic_store(&over, 1);
  for (size_t i = 0; i < count; i++) {
    if (threads[i] != NULL) thread_join(threads[i]);
    failed += others[i].failed;
  }
  for (size_t i = 0; i < count; i++) {
    if (others[i].table.shutdown != NULL) others[i].table.shutdown();
  }
  for (size_t i = 0; i < all.calls.count; i++) crowd_round(&all, 0, i);
  observe_number(seen, "companions", (double)count);
  observe_number(seen, "failed", failed);
  crowd_close(&all, seen);
}
