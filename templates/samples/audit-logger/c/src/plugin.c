/* Counts what passes and tells of it, without ever looking into arguments, results and messages. */
#include <inttypes.h>

#include "counter.h"
#include "cpex/cpex.h"

#define PREFIX "count:"

static void configure(cpex_call *call, const cpex_json *config) {
  if (cpex_json_count(config) > 0) cpex_fail(call, "invalid_config", "there is nothing to configure");
}

/* ---- hooks ---- */

static counter counters[5];

/* What the host does not grant the plugin to see is not there. */
static void add_security(cpex_call *call, cpex_json *data) {
  const cpex_security_extension *security = &cpex_call_extensions(call)->security;
  cpex_arena *memory = cpex_memory(call);
  if (security->has_subject) {
    cpex_json_set(memory, data, cpex_text("subject"), cpex_json_new_string(memory, security->subject.id));
  }
  if (security->labels.items == NULL) return;
  cpex_json *labels = cpex_json_new_array(memory);
  for (size_t i = 0; i < security->labels.count; i++) {
    cpex_json_append(memory, labels, cpex_json_new_string(memory, security->labels.items[i]));
  }
  cpex_json_set(memory, data, cpex_text("labels"), labels);
}

/* Counts a call of a hook and reports it. The entity is the tool or resource that it is about; absent for messages. */
static cpex_verdict record(cpex_call *call, counter *one, const char *hook, cpex_str entity) {
  cpex_arena *memory = cpex_memory(call);
  cpex_json *data = cpex_json_new_object(memory);
  uint64_t sequence;
  if (!counter_next(call, one, cpex_textf(call, PREFIX "%s", hook).ptr, &sequence)) return cpex_allow();
  cpex_json_set(memory, data, cpex_text("hook"), cpex_json_new_string(memory, cpex_text(hook)));
  cpex_json_set(memory, data, cpex_text("request_id"), cpex_json_new_string(memory, cpex_context(call)->request_id));
  cpex_json_set(memory, data, cpex_text("sequence"), cpex_json_new_uint64(memory, sequence));
  if (entity.ptr != NULL) cpex_json_set(memory, data, cpex_text("entity"), cpex_json_new_string(memory, entity));
  add_security(call, data);
  if (!cpex_emit(call, "audit", data)) {
    cpex_fail(call, "emit_failed", "the event was not taken: %s", cpex_host_error_message(call).ptr);
  }
  return cpex_allow();
}

static cpex_verdict on_tool_pre_invoke(cpex_call *call, const cpex_tool_pre_invoke_payload *payload) {
  return record(call, &counters[0], CPEX_HOOK_TOOL_PRE_INVOKE, payload->name);
}

static cpex_verdict on_tool_post_invoke(cpex_call *call, const cpex_tool_post_invoke_payload *payload) {
  return record(call, &counters[1], CPEX_HOOK_TOOL_POST_INVOKE, payload->name);
}

static cpex_verdict on_resource_pre_fetch(cpex_call *call, const cpex_resource_pre_fetch_payload *payload) {
  return record(call, &counters[2], CPEX_HOOK_RESOURCE_PRE_FETCH, payload->uri);
}

static cpex_verdict on_cmf_llm_input(cpex_call *call, const cpex_cmf_llm_input_payload *payload) {
  (void)payload;
  return record(call, &counters[3], CPEX_HOOK_CMF_LLM_INPUT, cpex_text(NULL));
}

static cpex_verdict on_cmf_llm_output(cpex_call *call, const cpex_cmf_llm_output_payload *payload) {
  (void)payload;
  return record(call, &counters[4], CPEX_HOOK_CMF_LLM_OUTPUT, cpex_text(NULL));
}

/* ---- command ---- */

/* Shows the counts; the host lists the keys in their order. */
static int on_show(cpex_call *call, const cpex_command_input *input) {
  cpex_str wanted = {NULL, 0};
  cpex_text_list keys;
  cpex_arg_text(input, "hook", &wanted);
  if (!cpex_kv_list(call, CPEX_KV_SCOPE_PLUGIN, PREFIX, &keys)) {
    return cpex_fail(call, "store_failed", "the store does not work: %s", cpex_host_error_message(call).ptr);
  }
  for (size_t i = 0; i < keys.count; i++) {
    const char *hook = keys.items[i].ptr + strlen(PREFIX);
    uint64_t count;
    if (wanted.ptr != NULL && !cpex_is(wanted, hook)) continue;
    if (!counter_read(call, keys.items[i].ptr, &count)) return 1;
    if (!cpex_print(call, "%s\t%" PRIu64 "\n", hook, count)) return 1;
  }
  return 0;
}

static void shut_down(void) { memset(counters, 0, sizeof counters); }

const cpex_plugin cpex_plugin_definition = {
    .hooks =
        (const cpex_hook[]){
            CPEX_ON_TOOL_PRE_INVOKE(on_tool_pre_invoke),
            CPEX_ON_TOOL_POST_INVOKE(on_tool_post_invoke),
            CPEX_ON_RESOURCE_PRE_FETCH(on_resource_pre_fetch),
            CPEX_ON_CMF_LLM_INPUT(on_cmf_llm_input),
            CPEX_ON_CMF_LLM_OUTPUT(on_cmf_llm_output),
            CPEX_END,
        },
    .commands =
        (const cpex_command[]){
            {.verb = "audit",
             .about = "Tells what was counted.",
             .subcommands =
                 (const cpex_command[]){
                     {.verb = "show",
                      .about = "Shows how often each hook was called.",
                      .args = (const cpex_arg[]){{.kind = CPEX_OPTION, .name = "hook", .help = "Show this hook only."},
                                                 CPEX_END},
                      .run = on_show},
                     CPEX_END,
                 }},
            CPEX_END,
        },
    .configure = configure,
    .shutdown = shut_down,
};
