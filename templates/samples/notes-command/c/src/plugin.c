/* The command "notes", which keeps short notes in the host's store: `next`, and `note:<number>` as JSON. */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "cpex/cpex.h"

#define PREFIX "note:"
#define NEXT "next"

/*
 * The highest number that this process gave out: commands may run at the same time, and no lock may be held while the
 * host is asked for something.
 */
static _Atomic int64_t given;

typedef struct note {
  int64_t id;
  cpex_str text;
  /* Absent for none. */
  cpex_str tag;
} note;

typedef struct note_list {
  note *items;
  size_t count;
} note_list;

static void configure(cpex_call *call, const cpex_json *config) {
  if (cpex_json_count(config) > 0) cpex_fail(call, "invalid_config", "there is nothing to configure");
}

/* ---- the store ---- */

static bool fail_store(cpex_call *call) {
  cpex_fail(call, "store_failed", "the store does not work: %s", cpex_host_error_message(call).ptr);
  return false;
}

static cpex_str key_of(cpex_call *call, int64_t id) { return cpex_textf(call, PREFIX "%" PRId64, id); }

/* A whole number from 1 on; 0 for any other text. */
static int64_t number_of(const char *text, size_t length) {
  int64_t number = 0;
  for (size_t i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9' || number > (INT64_MAX - 9) / 10) return 0;
    number = number * 10 + (text[i] - '0');
  }
  return number;
}

static int by_id(const void *left, const void *right) {
  const note *a = left;
  const note *b = right;
  return (a->id > b->id) - (a->id < b->id);
}

/* The numbers of all notes, the lowest first. */
static bool find_notes(cpex_call *call, note_list *list) {
  cpex_text_list keys;
  if (!cpex_kv_list(call, CPEX_KV_SCOPE_PLUGIN, PREFIX, &keys)) return fail_store(call);
  list->count = 0;
  list->items = cpex_alloc_array(cpex_memory(call), keys.count, sizeof *list->items);
  if (list->items == NULL) return false;
  for (size_t i = 0; i < keys.count; i++) {
    int64_t id = number_of(keys.items[i].ptr + strlen(PREFIX), keys.items[i].len - strlen(PREFIX));
    if (id > 0) list->items[list->count++].id = id;
  }
  if (list->count > 0) qsort(list->items, list->count, sizeof *list->items, by_id);
  return true;
}

/* Reads a note; `found` is false when it was removed since. */
static bool read_note(cpex_call *call, note *one, bool *found) {
  cpex_bytes value;
  if (!cpex_kv_get(call, CPEX_KV_SCOPE_PLUGIN, key_of(call, one->id).ptr, &value)) return fail_store(call);
  *found = value.ptr != NULL;
  if (!*found) return true;
  const cpex_json *stored = cpex_json_read(cpex_memory(call), value, NULL, NULL);
  one->text = cpex_json_string(cpex_json_get(stored, cpex_text("text")));
  one->tag = cpex_json_string(cpex_json_get(stored, cpex_text("tag")));
  if (one->text.ptr == NULL) cpex_fail(call, "bad_store", "what is stored as note %" PRId64 " is no note", one->id);
  return one->text.ptr != NULL;
}

/* A note as it is stored, and with its number as it is printed. */
static cpex_json *note_json(cpex_call *call, const note *one, bool with_id) {
  cpex_arena *memory = cpex_memory(call);
  cpex_json *object = cpex_json_new_object(memory);
  if (with_id) cpex_json_set(memory, object, cpex_text("id"), cpex_json_new_int64(memory, one->id));
  cpex_json_set(memory, object, cpex_text("text"), cpex_json_new_string(memory, one->text));
  if (one->tag.ptr != NULL) cpex_json_set(memory, object, cpex_text("tag"), cpex_json_new_string(memory, one->tag));
  return object;
}

/* The lowest number that was certainly not given out before. */
static bool next_number(cpex_call *call, int64_t *next) {
  cpex_bytes value;
  note_list notes;
  if (!cpex_kv_get(call, CPEX_KV_SCOPE_PLUGIN, NEXT, &value)) return fail_store(call);
  *next = value.ptr == NULL ? 1 : number_of((const char *)value.ptr, value.len);
  if (*next == 0) {
    cpex_fail(call, "bad_store", "what is stored as " NEXT " is no number");
    return false;
  }
  if (!find_notes(call, &notes)) return false;
  /* Where two notes were added at the same time, what is stored may be one too low. */
  if (notes.count > 0 && notes.items[notes.count - 1].id >= *next) *next = notes.items[notes.count - 1].id + 1;
  int64_t last = atomic_load(&given);
  do {
    if (*next <= last) *next = last + 1;
  } while (!atomic_compare_exchange_weak(&given, &last, *next));
  return true;
}

/* ---- the verbs ---- */

static int on_add(cpex_call *call, const cpex_command_input *input) {
  cpex_json_output text = {0};
  note one = {0};
  cpex_arg_text(input, "text", &one.text);
  cpex_arg_text(input, "tag", &one.tag);
  if (one.tag.len == 0) one.tag = cpex_text(NULL);
  if (one.text.len == 0) return cpex_exit(call, 2, "the text of a note must not be empty");
  if (!next_number(call, &one.id)) return 1;
  /* The number is taken before the note is there, so that it is never given out twice. */
  cpex_str next = cpex_textf(call, "%" PRId64, one.id + 1);
  bool stored = cpex_json_write(&text, note_json(call, &one, false)) &&
                cpex_kv_set(call, CPEX_KV_SCOPE_PLUGIN, NEXT, cpex_bytes_of(next)) &&
                cpex_kv_set(call, CPEX_KV_SCOPE_PLUGIN, key_of(call, one.id).ptr,
                            (cpex_bytes){(const uint8_t *)text.ptr, text.len});
  cpex_json_output_release(&text);
  if (!stored) {
    fail_store(call);
    return 1;
  }
  return cpex_print(call, "added %" PRId64 "\n", one.id) ? 0 : 1;
}

static int print_json(cpex_call *call, const note_list *notes) {
  cpex_json_output text = {0};
  cpex_json *array = cpex_json_new_array(cpex_memory(call));
  for (size_t i = 0; i < notes->count; i++) {
    cpex_json_append(cpex_memory(call), array, note_json(call, &notes->items[i], true));
  }
  bool printed = cpex_json_write(&text, array) && cpex_json_write_raw(&text, cpex_text("\n")) &&
                 cpex_write(call, CPEX_OUTPUT_STREAM_STDOUT, (cpex_bytes){(const uint8_t *)text.ptr, text.len});
  cpex_json_output_release(&text);
  return printed ? 0 : 1;
}

static int on_list(cpex_call *call, const cpex_command_input *input) {
  cpex_str tag = {NULL, 0};
  int64_t limit = INT64_MAX;
  note_list notes;
  size_t kept = 0;
  cpex_arg_text(input, "tag", &tag);
  cpex_arg_int(input, "limit", &limit);
  if (limit < 0) return cpex_exit(call, 2, "the limit must not be negative");
  if (!find_notes(call, &notes)) return 1;
  for (size_t i = 0; i < notes.count && (int64_t)kept < limit; i++) {
    note one = notes.items[i];
    bool found = false;
    if (!read_note(call, &one, &found)) return 1;
    if (found && (tag.ptr == NULL || cpex_equal(tag, one.tag))) notes.items[kept++] = one;
  }
  notes.count = kept;
  if (cpex_arg_is_set(input, "json")) return print_json(call, &notes);
  for (size_t i = 0; i < notes.count; i++) {
    const note *one = &notes.items[i];
    if (!cpex_print(call, "%" PRId64 "\t%s\t%s\n", one->id, one->tag.ptr == NULL ? "-" : one->tag.ptr, one->text.ptr)) {
      return 1;
    }
  }
  return 0;
}

static int on_remove(cpex_call *call, const cpex_command_input *input) {
  int64_t id = 0;
  bool deleted = false;
  cpex_arg_int(input, "id", &id);
  if (id > 0 && !cpex_kv_delete(call, CPEX_KV_SCOPE_PLUGIN, key_of(call, id).ptr, &deleted)) {
    fail_store(call);
    return 1;
  }
  return deleted ? 0 : cpex_exit(call, 1, "there is no note %" PRId64, id);
}

static void shut_down(void) { atomic_store(&given, 0); }

static const cpex_command verbs[] = {
    {.verb = "add",
     .about = "Adds a note.",
     .args =
         (const cpex_arg[]){
             {.kind = CPEX_POSITIONAL, .name = "text", .help = "What to note.", .required = true},
             {.kind = CPEX_OPTION, .name = "tag", .help = "A word to find it by."},
             CPEX_END,
         },
     .run = on_add},
    {.verb = "list",
     .about = "Lists the notes.",
     .args =
         (const cpex_arg[]){
             {.kind = CPEX_OPTION, .name = "tag", .help = "List those with this tag only."},
             {.kind = CPEX_OPTION,
              .name = "limit",
              .help = "List no more than this many.",
              .type = CPEX_VALUE_TYPE_INT},
             {.kind = CPEX_FLAG, .name = "json", .help = "Print JSON."},
             CPEX_END,
         },
     .run = on_list},
    {.verb = "remove",
     .about = "Removes a note.",
     .args =
         (const cpex_arg[]){
             {.kind = CPEX_POSITIONAL,
              .name = "id",
              .help = "Number of the note.",
              .required = true,
              .type = CPEX_VALUE_TYPE_INT},
             CPEX_END,
         },
     .run = on_remove},
    CPEX_END,
};

const cpex_plugin cpex_plugin_definition = {
    .commands =
        (const cpex_command[]){
            {.verb = "notes", .about = "Keeps short notes.", .subcommands = verbs},
            CPEX_END,
        },
    .configure = configure,
    .shutdown = shut_down,
};
