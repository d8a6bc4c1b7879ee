/* Loading in the steps that every host of this ABI takes: open, find the entry, call it, compare versions, judge the
 * table. The first step that fails is reported by its name with the facts; cpex puts them into words. */
#include "state.h"
#include <string.h>

abi_plugin plugin_table;
double plugin_start_ns;
abi_entry plugin_entry;
const abi_host *plugin_host;
void *plugin_library;
const char *plugin_file;
int plugin_over;
/* The table that the plugin filled in. It may have kept the address, so this stays. */
static abi_plugin *table;

void report_phase(enum phase phase) {
  frame_header header = {.kind = KIND_PHASE, .code = phase};
  channel_send(&header, NULL, NULL, 0);
}

/* `b` says whether the code means something. */
static int refuse(const char *stage, const char *detail, int32_t code, int has_code) {
  frame_header header = {.kind = KIND_REFUSED, .code = code, .b = has_code};
  channel_send(&header, stage, detail, strlen(detail));
  return 0;
}

static void missing_functions(int optional_shutdown, char *names) {
  names[0] = 0;
  if (table->call == NULL) strcat(names, "call, ");
  if (table->free_buffer == NULL) strcat(names, "free_buffer, ");
  if (table->shutdown == NULL && !optional_shutdown) strcat(names, "shutdown, ");
  size_t length = strlen(names);
  if (length > 0) names[length - 2] = 0;
}

/* How long a plugin that was refused and unloaded is watched: what it left running dies of it. */
enum { UNLOADED_MS = 50 };

/* Judges what the entry has left. Returns 1 when it can be used, else says why not. */
static int judge(const plugin_rules *rules, int code) {
  const char *stage = NULL;
  char names[64] = "";
  int32_t number = code;
  if (code != 0) {
    stage = "init";
  } else if (table->abi_version != rules->abi_version) {
    stage = "version";
    number = (int32_t)table->abi_version;
  } else {
    missing_functions(rules->optional_shutdown, names);
    if (names[0] != 0) stage = "table";
  }
  if (stage == NULL) return 1;
  if (rules->shutdown_refused && table->shutdown != NULL) {
    report_phase(PHASE_SHUTDOWN);
    table->shutdown();
  }
  if (rules->unload_refused) {
    library_close(plugin_library);
    sleep_ms(UNLOADED_MS);
  }
  return refuse(stage, names, number, strcmp(stage, "table") != 0);
}

static abi_plugin *new_table(void) {
  if (is_guarded(GUARD_TABLES)) {
    guard_block *guarded = guard_open(sizeof *table, GUARD_END, 0, "the plugin's table", NULL);
    if (guarded != NULL) return (abi_plugin *)guarded->at;
  }
  abi_plugin *plain = block_take(sizeof *plain);
  memset(plain, 0, sizeof *plain);
  return plain;
}

int plugin_start(const plugin_rules *rules) {
  char said[1024] = "";
  report_phase(PHASE_LOAD);
  /* Closed by experiments alone: threads of the plugin may be in it as long as the process lives. */
  plugin_file = rules->artefact;
  double started = processor_ns();
  plugin_library = library_open(rules->artefact, said, sizeof said);
  if (plugin_library == NULL) return refuse("load", said, 0, 0);
  void *found = library_symbol(plugin_library, rules->entry, said, sizeof said);
  if (found == NULL) return refuse("entry", said, 0, 0);
  memcpy(&plugin_entry, &found, sizeof plugin_entry);
  if (watch.only_load) return 1;
  table = new_table();
  plugin_host = host_table(rules->abi_version, rules->optional_response);
  report_phase(PHASE_INIT);
  thread_record before = enter_plugin("init");
  int code = plugin_entry(plugin_host, table);
  leave_plugin(before);
  plugin_start_ns = processor_ns() - started;
  if (!judge(rules, code)) return 0;
  plugin_table = *table;
  return 1;
}

void plugin_shutdown(void) {
  if (plugin_table.shutdown == NULL || plugin_over) return;
  thread_record before = enter_plugin("shutdown");
  plugin_table.shutdown();
  leave_plugin(before);
}

int plugin_init_again(void) {
  abi_plugin *fresh = new_table();
  thread_record before = enter_plugin("init");
  int code = plugin_entry(plugin_host, fresh);
  leave_plugin(before);
  if (code == 0) plugin_table = *fresh;
  return code;
}
