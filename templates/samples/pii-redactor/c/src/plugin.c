/* Takes personal data out of tool calls and messages. src/pii.c finds it; here is what becomes of it. */
#include <string.h>

#include "cpex/cpex.h"
#include "pii.h"

/* What is to be done, and what was done, in one call. */
typedef struct redaction {
  cpex_call *call;
  bool wanted[PII_KINDS];
  cpex_str replacements[PII_KINDS];
  size_t counts[PII_KINDS];
} redaction;

/* ---- configuration ---- */

/* The kind of a name; PII_KINDS for no kind. */
static int kind_of(cpex_str name) {
  int kind = 0;
  while (kind < PII_KINDS && !cpex_is(name, pii_names[kind])) kind++;
  return kind;
}

/* Messages name the key, never its value: a configuration may hold secrets. */
static void check_kinds(cpex_call *call, const cpex_json *kinds) {
  if (kinds == NULL) return;
  if (cpex_json_type_of(kinds) != CPEX_JSON_ARRAY) {
    cpex_fail(call, "invalid_config", "kinds must be a list");
    return;
  }
  for (const cpex_json *kind = cpex_json_first(kinds); kind != NULL; kind = cpex_json_next(kind)) {
    if (kind_of(cpex_json_string(kind)) == PII_KINDS) {
      cpex_fail(call, "invalid_config", "kinds must be out of email, ssn, card and phone");
    }
  }
}

static void configure(cpex_call *call, const cpex_json *config) {
  const cpex_json *replacement = cpex_json_get(config, cpex_text("replacement"));
  const cpex_json *label = cpex_json_get(config, cpex_text("label"));
  for (const cpex_json *one = cpex_json_first(config); one != NULL; one = cpex_json_next(one)) {
    cpex_str key = cpex_json_key(one);
    if (!cpex_is(key, "kinds") && !cpex_is(key, "replacement") && !cpex_is(key, "label")) {
      cpex_fail(call, "invalid_config", "there is a key that is not known; known are kinds, replacement and label");
    }
  }
  check_kinds(call, cpex_json_get(config, cpex_text("kinds")));
  if (replacement != NULL && cpex_json_type_of(replacement) != CPEX_JSON_STRING) {
    cpex_fail(call, "invalid_config", "replacement must be a text");
  }
  if (label != NULL && cpex_json_string(label).len == 0) {
    cpex_fail(call, "invalid_config", "label must be a text that is not empty");
  }
}

/* A template with the kind, in capitals, in place of each "{kind}". */
static cpex_str replacement_of(cpex_call *call, cpex_str pattern, const char *kind) {
  static const char mark[] = "{kind}";
  cpex_str result = {"", 0};
  char name[8] = {0};
  for (size_t i = 0; kind[i] != '\0' && i < sizeof name - 1; i++) name[i] = (char)(kind[i] - 'a' + 'A');
  for (const char *mark_at; (mark_at = strstr(pattern.ptr, mark)) != NULL;) {
    result = cpex_textf(call, "%s%.*s%s", result.ptr, (int)(mark_at - pattern.ptr), pattern.ptr, name);
    pattern = cpex_text(mark_at + sizeof mark - 1);
  }
  return cpex_textf(call, "%s%s", result.ptr, pattern.ptr);
}

static redaction begin(cpex_call *call) {
  redaction r = {.call = call};
  const cpex_json *kinds = cpex_json_get(cpex_config(call), cpex_text("kinds"));
  cpex_str pattern = cpex_json_string(cpex_json_get(cpex_config(call), cpex_text("replacement")));
  if (pattern.ptr == NULL) pattern = cpex_text("[{kind}]");
  for (int kind = 0; kind < PII_KINDS; kind++) {
    r.wanted[kind] = kinds == NULL;
    r.replacements[kind] = replacement_of(call, pattern, pii_names[kind]);
  }
  for (const cpex_json *one = cpex_json_first(kinds); one != NULL; one = cpex_json_next(one)) {
    r.wanted[kind_of(cpex_json_string(one))] = true;
  }
  return r;
}

/* ---- redacting ---- */

static size_t total(const redaction *r) {
  size_t sum = 0;
  for (int kind = 0; kind < PII_KINDS; kind++) sum += r->counts[kind];
  return sum;
}

/* The text without what was found; the same text when there is nothing. Counts what it finds. */
static cpex_str redact_text(redaction *r, cpex_str text) {
  pii_scan first = {.text = text.ptr, .length = text.len};
  pii_scan again = first;
  pii_find find;
  size_t length = text.len;
  size_t finds = 0;
  for (; pii_next(&first, r->wanted, &find); finds++) {
    r->counts[find.kind]++;
    length += r->replacements[find.kind].len - find.length;
  }
  char *redacted = finds == 0 ? NULL : cpex_alloc_text(cpex_memory(r->call), length);
  if (redacted == NULL) return text;
  char *to = redacted;
  size_t from = 0;
  while (pii_next(&again, r->wanted, &find)) {
    cpex_str word = r->replacements[find.kind];
    memcpy(to, text.ptr + from, find.start - from);
    to += find.start - from;
    memcpy(to, word.ptr, word.len);
    to += word.len;
    from = find.start + find.length;
  }
  memcpy(to, text.ptr + from, text.len - from);
  return (cpex_str){redacted, length};
}

/* Any JSON value with all texts in it redacted, at any depth; the same value when there is nothing. */
static const cpex_json *redact_value(redaction *r, const cpex_json *value) {
  cpex_arena *memory = cpex_memory(r->call);
  size_t before = total(r);
  if (cpex_json_type_of(value) == CPEX_JSON_STRING) {
    cpex_str text = redact_text(r, cpex_json_string(value));
    return total(r) == before ? value : cpex_json_new_string(memory, text);
  }
  bool is_object = cpex_json_type_of(value) == CPEX_JSON_OBJECT;
  if (!is_object && cpex_json_type_of(value) != CPEX_JSON_ARRAY) return value;
  cpex_json *copy = is_object ? cpex_json_new_object(memory) : cpex_json_new_array(memory);
  for (const cpex_json *child = cpex_json_first(value); child != NULL; child = cpex_json_next(child)) {
    const cpex_json *redacted = redact_value(r, child);
    if (is_object) {
      cpex_json_set(memory, copy, cpex_json_key(child), redacted);
    } else {
      cpex_json_append(memory, copy, redacted);
    }
  }
  return total(r) == before ? value : copy;
}

static cpex_message redact_message(redaction *r, const cpex_message *message);

static cpex_prompt_result redact_prompt(redaction *r, const cpex_prompt_result *prompt) {
  cpex_prompt_result result = *prompt;
  cpex_message *messages = cpex_alloc_array(cpex_memory(r->call), prompt->messages.count, sizeof *messages);
  result.content = redact_text(r, prompt->content);
  if (messages == NULL) return result;
  for (size_t i = 0; i < prompt->messages.count; i++) messages[i] = redact_message(r, &prompt->messages.items[i]);
  result.messages.items = messages;
  return result;
}

/* One part of a message. Kinds that are not listed here stay as they are, also those of later versions. */
static cpex_content_part redact_part(redaction *r, const cpex_content_part *part) {
  cpex_content_part result = *part;
  switch (part->tag) {
    case CPEX_CONTENT_PART_TEXT:
      result.as.text.text = redact_text(r, part->as.text.text);
      break;
    case CPEX_CONTENT_PART_THINKING:
      result.as.thinking.text = redact_text(r, part->as.thinking.text);
      break;
    case CPEX_CONTENT_PART_TOOL_CALL:
      result.as.tool_call.content.arguments = redact_value(r, part->as.tool_call.content.arguments);
      break;
    case CPEX_CONTENT_PART_TOOL_RESULT:
      result.as.tool_result.content.content = redact_value(r, part->as.tool_result.content.content);
      break;
    case CPEX_CONTENT_PART_RESOURCE:
      result.as.resource.content.content = redact_text(r, part->as.resource.content.content);
      break;
    case CPEX_CONTENT_PART_PROMPT_RESULT:
      result.as.prompt_result.content = redact_prompt(r, &part->as.prompt_result.content);
      break;
    default:
      break;
  }
  return result;
}

static cpex_message redact_message(redaction *r, const cpex_message *message) {
  cpex_message result = *message;
  cpex_content_part *parts = cpex_alloc_array(cpex_memory(r->call), message->content.count, sizeof *parts);
  if (parts == NULL) return result;
  for (size_t i = 0; i < message->content.count; i++) parts[i] = redact_part(r, &message->content.items[i]);
  result.content.items = parts;
  return result;
}

/* ---- answering ---- */

/* {"email":2}: the kinds that were found. */
static cpex_json *counts_json(const redaction *r) {
  cpex_arena *memory = cpex_memory(r->call);
  cpex_json *counts = cpex_json_new_object(memory);
  for (int kind = 0; kind < PII_KINDS; kind++) {
    if (r->counts[kind] == 0) continue;
    cpex_json_set(memory, counts, cpex_text(pii_names[kind]), cpex_json_new_uint64(memory, r->counts[kind]));
  }
  return counts;
}

/* Adds the configured label to those that are there. A label is never taken away. */
static void add_label(const redaction *r, cpex_verdict *verdict) {
  cpex_str label = cpex_json_string(cpex_json_get(cpex_config(r->call), cpex_text("label")));
  const cpex_extensions *extensions = cpex_call_extensions(r->call);
  cpex_text_list labels = extensions->security.labels;
  if (label.ptr == NULL) return;
  for (size_t i = 0; i < labels.count; i++) {
    if (cpex_equal(labels.items[i], label)) return;
  }
  cpex_str *longer = cpex_alloc_array(cpex_memory(r->call), labels.count + 1, sizeof *longer);
  if (longer == NULL) return;
  for (size_t i = 0; i < labels.count; i++) longer[i] = labels.items[i];
  longer[labels.count] = label;
  verdict->has_modified_extensions = true;
  verdict->modified_extensions = *extensions;
  verdict->modified_extensions.has_security = true;
  verdict->modified_extensions.security.labels = (cpex_text_list){longer, labels.count + 1};
}

/* The verdict when something was found: the counts go into the log and the metadata, the finds nowhere. */
static cpex_verdict finish(const redaction *r, const cpex_json *payload) {
  cpex_verdict verdict = cpex_modify(r->call, payload);
  cpex_json *metadata = cpex_json_new_object(cpex_memory(r->call));
  cpex_log_request line = {.level = CPEX_LOG_LEVEL_INFO, .message = cpex_text("redacted"), .fields = counts_json(r)};
  cpex_json_set(cpex_memory(r->call), metadata, cpex_text("redacted"), counts_json(r));
  verdict.metadata = metadata;
  add_label(r, &verdict);
  cpex_host_log(r->call, &line);
  return verdict;
}

static cpex_verdict on_tool_pre_invoke(cpex_call *call, const cpex_tool_pre_invoke_payload *payload) {
  redaction r = begin(call);
  cpex_tool_pre_invoke_payload changed = *payload;
  changed.args = redact_value(&r, payload->args);
  if (total(&r) == 0) return cpex_allow();
  return finish(&r, cpex_tool_pre_invoke_payload_json(cpex_memory(call), &changed));
}

static cpex_verdict on_tool_post_invoke(cpex_call *call, const cpex_tool_post_invoke_payload *payload) {
  redaction r = begin(call);
  cpex_tool_post_invoke_payload changed = *payload;
  changed.result = redact_value(&r, payload->result);
  if (total(&r) == 0) return cpex_allow();
  return finish(&r, cpex_tool_post_invoke_payload_json(cpex_memory(call), &changed));
}

static cpex_verdict on_message(cpex_call *call, const cpex_message_payload *payload) {
  redaction r = begin(call);
  cpex_message_payload changed = *payload;
  changed.message = redact_message(&r, &payload->message);
  if (total(&r) == 0) return cpex_allow();
  return finish(&r, cpex_message_payload_json(cpex_memory(call), &changed));
}

const cpex_plugin cpex_plugin_definition = {
    .hooks =
        (const cpex_hook[]){
            CPEX_ON_TOOL_PRE_INVOKE(on_tool_pre_invoke),
            CPEX_ON_TOOL_POST_INVOKE(on_tool_post_invoke),
            CPEX_ON_CMF_LLM_INPUT(on_message),
            CPEX_ON_CMF_LLM_OUTPUT(on_message),
            CPEX_END,
        },
    .configure = configure,
};
