/* Level 7: a life that does not go as it usually does. */
#include "life.h"
#include <string.h>

void life_calls(crowd *all, const char *step) {
  all->step = step;
  for (size_t i = 0; i < all->calls.count; i++) crowd_round(all, 0, i);
}

static const field *find_field(const frame *asked, const char *name, field *out) {
  for (field_reader reader = fields_of(asked); field_next(&reader, out);) {
    if (strcmp(out->name, name) == 0) return out;
  }
  return NULL;
}

int life_register(const frame *asked) {
  field method, body;
  if (find_field(asked, "first", &method) == NULL || find_field(asked, "with", &body) == NULL) fault("no registration");
  abi_buffer slot = {NULL, 0};
  int code = watched_call((const char *)method.bytes, body.bytes, body.length, &slot);
  if (slot.ptr != NULL) watched_free(slot.ptr, slot.len);
  return code;
}

/* The functions that a table lacks, in words. */
static void observe_lack(observation *seen, const abi_plugin *table) {
  if (table->call == NULL) observe_text(seen, "lacks", "call");
  if (table->free_buffer == NULL) observe_text(seen, "lacks", "free_buffer");
}

/* Init once more; then the calls through the functions of the first time and of the second. */
static void init_again(const frame *asked, observation *seen) {
  crowd all;
  crowd_open(&all, asked);
  abi_plugin first = plugin_table;
  step_note("a second init before shutdown", 0, 0);
  int code = plugin_init_again();
  abi_plugin second = plugin_table;
  observe_number(seen, "again", code);
  observe_lack(seen, &second);
  int usable = code == 0 && second.call != NULL && second.free_buffer != NULL;
  plugin_table = first;
  life_calls(&all, "call %.0f after a second init, through the functions of the first");
  if (usable) {
    plugin_table = second;
    life_calls(&all, "call %.0f after a second init, through its own functions");
  }
  crowd_close(&all, seen);
}

static void shutdown_again(const frame *asked, observation *seen) {
  (void)asked;
  report_phase(PHASE_SHUTDOWN);
  plugin_shutdown();
  step_note("a second shutdown", 0, 0);
  plugin_shutdown();
  plugin_over = 1;
  observe_number(seen, "over", 1);
}

/* Init without a host, then without a table; what held before has to hold after that. */
static void null_arguments(const frame *asked, observation *seen) {
  crowd all;
  crowd_open(&all, asked);
  abi_plugin fresh;
  memset(&fresh, 0, sizeof fresh);
  step_note("init with a null pointer for the host", 0, 0);
  thread_record before = enter_plugin("init");
  int no_host = plugin_entry(NULL, &fresh);
  step_note("init with a null pointer for the plugin's table", 0, 0);
  int no_table = plugin_entry(plugin_host, NULL);
  leave_plugin(before);
  observe_number(seen, "no-host", no_host);
  observe_number(seen, "no-table", no_table);
  life_calls(&all, "call %.0f after an init with null pointers");
  crowd_close(&all, seen);
}

/* The process will end as it is. */
static void leave_it(const frame *asked, observation *seen) {
  (void)asked;
  plugin_over = 1;
  observe_number(seen, "over", 1);
}

const experiment life_experiments[] = {
    {"life.init-again", init_again},
    {"life.shutdown-again", shutdown_again},
    {"life.null-args", null_arguments},
    {"life.leave", leave_it},
    {"life.unload", unload},
    {"life.unload-thread", unload_thread},
    {"life.reload", reload},
    {"life.copy", copy},
    {NULL, NULL},
};
