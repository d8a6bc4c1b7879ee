/* Libraries that come and go: unloaded, loaded again, loaded twice. */
#include "life.h"
#include <string.h>

/* Ends the plugin and gives its library back. What is left of it in this process runs on without its code. */
static void end_and_unload(observation *seen, double wait) {
  report_phase(PHASE_SHUTDOWN);
  step_note("shutdown, before the library is unloaded", 0, 0);
  plugin_shutdown();
  plugin_over = 1;
  host_close();
  step_note("the library is unloaded", 0, 0);
  library_close(plugin_library);
  observe_number(seen, "mapped", library_mapped(plugin_file));
  step_note("the library has been unloaded", 0, 0);
  sleep_ms(wait);
}

void unload(const frame *asked, observation *seen) {
  crowd all;
  crowd_open(&all, asked);
  life_calls(&all, "call %.0f before the library is unloaded");
  crowd_close(&all, seen);
  end_and_unload(seen, parameter_number(asked, "wait", 100));
}

/* ---- A thread that has called the plugin, and ends when the library is gone ---- */

typedef struct {
  crowd *all;
  atomic_int called;
  atomic_int unloaded;
} survivor;

static void outlive(void *given) {
  survivor *self = given;
  life_calls(self->all, "call %.0f of a thread that outlives the library");
  atomic_store(&self->called, 1);
  while (!atomic_load(&self->unloaded)) sleep_ms(1);
  step_note("a thread ends that has called the plugin before it was unloaded", 0, 0);
}

void unload_thread(const frame *asked, observation *seen) {
  crowd all;
  crowd_open(&all, asked);
  survivor self = {.all = &all};
  joined_thread *thread = thread_begin(outlive, &self, 0);
  crowd_short(seen, 1, thread != NULL);
  while (thread != NULL && !atomic_load(&self.called)) sleep_ms(1);
  end_and_unload(seen, 0);
  atomic_store(&self.unloaded, 1);
  if (thread != NULL) thread_join(thread);
  crowd_close(&all, seen);
}

/* ---- Round after round ---- */

/* From open to init. Returns 0 and says why when it cannot be used. */
static int begin_again(const char *file, const char *entry, observation *seen) {
  char said[1024] = "";
  plugin_library = library_open(file, said, sizeof said);
  void *found = plugin_library == NULL ? NULL : library_symbol(plugin_library, entry, said, sizeof said);
  if (found == NULL) {
    observe_text(seen, "said", "%s", said);
    return 0;
  }
  memcpy(&plugin_entry, &found, sizeof plugin_entry);
  int code = plugin_init_again();
  if (code != 0) observe_number(seen, "refused", code);
  return code == 0;
}

/* `rounds` times: shutdown, unload, load, init, registration, the calls. What the process holds is written after each. */
void reload(const frame *asked, observation *seen) {
  crowd all;
  crowd_open(&all, asked);
  double rounds = parameter_number(asked, "rounds", 20), round = 0;
  const char *entry = parameter(asked, "entry");
  for (; round < rounds; round++) {
    step_note("shutdown and unloading, round %.0f", round + 1, 0);
    plugin_shutdown();
    library_close(plugin_library);
    step_note("loading again, round %.0f", round + 1, 0);
    if (!begin_again(plugin_file, entry, seen)) {
      plugin_over = 1;
      break;
    }
    life_register(asked);
    life_calls(&all, "call %.0f after the library was loaded again");
    process_look(seen);
  }
  observe_number(seen, "rounds", round);
  crowd_close(&all, seen);
}

/* ---- A second copy of the file ---- */

/* The parameter `copy` is its path. Both live side by side, then the copy ends and the first lives on. */
void copy(const frame *asked, observation *seen) {
  crowd all;
  crowd_open(&all, asked);
  abi_plugin first = plugin_table;
  void *library = plugin_library;
  abi_entry entry = plugin_entry;
  step_note("a copy of the library is loaded beside it", 0, 0);
  if (begin_again(parameter(asked, "copy"), parameter(asked, "entry"), seen)) {
    abi_plugin second = plugin_table;
    step_note("the copy registers", 0, 0);
    observe_number(seen, "registered", life_register(asked));
    life_calls(&all, "call %.0f of the copy");
    plugin_table = first;
    life_calls(&all, "call %.0f of the first library beside its copy");
    plugin_table = second;
    step_note("shutdown of the copy", 0, 0);
    plugin_shutdown();
  }
  plugin_table = first;
  plugin_library = library;
  plugin_entry = entry;
  life_calls(&all, "call %.0f of the first library after the end of its copy");
  crowd_close(&all, seen);
}
