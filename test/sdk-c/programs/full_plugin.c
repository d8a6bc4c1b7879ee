/* A plugin that uses all of the SDK: all capabilities, every helper, all life cycle functions. */
#include <stdio.h>

#include "cpex/cpex.h"

static cpex_verdict on_tool_pre_invoke(cpex_call *call, const cpex_tool_pre_invoke_payload *payload) {
  if (cpex_is(payload->name, "forbidden")) {
    cpex_verdict verdict = cpex_deny("forbidden_tool", "this tool is not for you");
    verdict.violation.has_proto_error_code = true;
    verdict.violation.proto_error_code = INT64_MIN;
    return verdict;
  }
  if (cpex_is(payload->name, "rename")) {
    cpex_tool_pre_invoke_payload changed = *payload;
    cpex_text_entry headers[] = {{cpex_text("x-é"), cpex_text("1")}};
    changed.name = cpex_text("renamed");
    changed.headers.items = headers;
    changed.headers.count = 1;
    return cpex_modify(call, cpex_tool_pre_invoke_payload_json(cpex_memory(call), &changed));
  }
  if (cpex_is(payload->name, "drop-headers")) {
    cpex_tool_pre_invoke_payload changed = *payload;
    changed.headers.items = NULL;
    changed.headers.count = 0;
    return cpex_modify(call, cpex_tool_pre_invoke_payload_json(cpex_memory(call), &changed));
  }
  if (cpex_is(payload->name, "fail")) {
    cpex_fail(call, NULL, "as you wish: %d", 7);
    cpex_json *details = cpex_json_new_object(cpex_memory(call));
    cpex_json_set(cpex_memory(call), details, cpex_text("args"), payload->args);
    cpex_fail_details(call, details);
  }
  if (cpex_is(payload->name, "no-payload")) return cpex_modify(call, NULL);
  if (cpex_is(payload->name, "bad-utf8")) return cpex_deny("bad\xff", "x");
  if (cpex_is(payload->name, "no-reason")) return cpex_deny("code", NULL);
  if (cpex_is(payload->name, "config")) {
    cpex_verdict verdict = cpex_allow();
    verdict.metadata = cpex_config(call);
    return verdict;
  }
  if (cpex_is(payload->name, "context")) {
    cpex_verdict verdict = cpex_allow();
    verdict.has_context = true;
    verdict.context.local_state = cpex_context(call)->global_state;
    verdict.has_modified_extensions = true;
    verdict.modified_extensions = *cpex_call_extensions(call);
    return verdict;
  }
  cpex_info(call, "allowed %s", payload->name.ptr);
  return cpex_allow();
}

static cpex_verdict on_identity_resolve(cpex_call *call, const cpex_identity_resolve_payload *payload) {
  cpex_json *object = cpex_identity_resolve_payload_json(cpex_memory(call), payload);
  cpex_json_set(cpex_memory(call), object, cpex_text("seen"), cpex_json_new_bool(cpex_memory(call), true));
  return cpex_modify(call, object);
}

static cpex_verdict on_cmf_llm_input(cpex_call *call, const cpex_cmf_llm_input_payload *payload) {
  cpex_cmf_llm_input_payload changed = *payload;
  if (changed.message.role == CPEX_MESSAGE_ROLE_USER) changed.message.role = CPEX_MESSAGE_ROLE_SYSTEM;
  changed.message.channel = CPEX_MESSAGE_CHANNEL_FINAL;
  return cpex_modify(call, cpex_cmf_llm_input_payload_json(cpex_memory(call), &changed));
}

static int on_echo(cpex_call *call, const cpex_command_input *input) {
  cpex_str who = cpex_text("nobody");
  int64_t times = 1;
  cpex_arg_text(input, "who", &who);
  cpex_arg_int(input, "times", &times);
  for (int64_t i = 0; i < times; i++) {
    if (!cpex_print(call, "%s%s\n", who.ptr, cpex_arg_is_set(input, "loud") ? "!" : "")) return 1;
  }
  cpex_print_error(call, "done");
  return cpex_exit(call, 3, "said it %d times", (int)times);
}

/* Uses every host service and prints what it got. */
static int on_probe(cpex_call *call, const cpex_command_input *input) {
  cpex_bytes value = {NULL, 0};
  cpex_bytes text = cpex_bytes_of(cpex_text("value"));
  cpex_text_list keys = {NULL, 0};
  bool deleted = false;
  (void)input;
  if (!cpex_kv_set(call, CPEX_KV_SCOPE_PLUGIN, "k", text)) return cpex_fail(call, "kv", "%s", cpex_host_error_message(call).ptr);
  if (!cpex_kv_get(call, CPEX_KV_SCOPE_STEP, "k", &value)) return 2;
  if (!cpex_kv_list(call, CPEX_KV_SCOPE_BUILD, NULL, &keys)) return 3;
  if (!cpex_kv_delete(call, CPEX_KV_SCOPE_BUILD, "k", &deleted)) return 4;
  cpex_print(call, "%.*s %zu %d\n", (int)value.len, value.ptr == NULL ? "" : (const char *)value.ptr, keys.count, deleted);
  if (!cpex_read_config(call, "settings.json", &value)) return 5;
  cpex_print(call, "%zu %d\n", value.len, cpex_cancelled(call));
  if (!cpex_emit(call, "progress", NULL)) return 6;
  cpex_str accept[] = {cpex_text("a"), cpex_text("b")};
  cpex_text_list_entry headers[] = {{cpex_text("accept"), {accept, 2}}};
  cpex_http_request request = {.method = cpex_text("GET"),
                               .url = cpex_text("https://example.invalid/"),
                               .headers = {headers, 1},
                               .has_timeout_ms = true,
                               .timeout_ms = UINT32_MAX};
  cpex_http_response response;
  if (!cpex_http(call, &request, &response)) return cpex_exit(call, 7, "%s", cpex_host_error_code(call).ptr);
  cpex_print(call, "%d %zu %zu\n", (int)response.status, response.headers.count, response.body.len);
  return 0;
}

/* Writes and logs far more than may be held at once. */
static int on_flood(cpex_call *call, const cpex_command_input *input) {
  static char line[10000];
  int64_t times = 0;
  memset(line, 'x', sizeof line - 1);
  cpex_arg_int(input, "times", &times);
  for (int64_t i = 0; i < times; i++) {
    if (!cpex_print(call, "%s", line) || !cpex_info(call, "%s", line) || cpex_cancelled(call)) return 1;
    if (!cpex_kv_set(call, CPEX_KV_SCOPE_STEP, "k", cpex_bytes_of(cpex_text(line)))) return 1;
    if (!cpex_emit(call, "e", cpex_config(call))) return 1;
  }
  return 0;
}

/* Copies its archive to its log in pieces of four bytes, and tells of what it was asked. */
static cpex_step_result on_copy(cpex_call *call, const cpex_step_input *input) {
  cpex_step_result result = {.exit_code = 0};
  uint64_t size = 0;
  if (!cpex_archive_size(call, input->workspace_archive_id, &size)) {
    cpex_fail(call, cpex_host_error_code(call).ptr, "%s", cpex_host_error_message(call).ptr);
    return result;
  }
  for (uint64_t offset = 0; offset < size;) {
    uint8_t piece[4];
    size_t count = 0;
    if (!cpex_archive_read(call, input->workspace_archive_id, offset, piece, sizeof piece, &count) || count == 0) {
      cpex_fail(call, "archive", "%s", cpex_host_error_message(call).ptr);
      return result;
    }
    cpex_step_write(call, CPEX_OUTPUT_STREAM_STDOUT, (cpex_bytes){piece, count});
    offset += count;
  }
  if (input->cache.tag == CPEX_CACHE_DECISION_HIT) {
    cpex_step_print(call, CPEX_OUTPUT_STREAM_STDERR, "cached: %s", input->cache.as.hit.tag.ptr);
  }
  if (cpex_cancelled(call)) result.exit_code = 130;
  cpex_artifact *artifact = cpex_alloc(cpex_memory(call), sizeof *artifact);
  if (artifact == NULL) return result;
  *artifact = (cpex_artifact){.key = input->step.key, .mime = cpex_text("text/plain"), .size_bytes = UINT64_MAX};
  result.artifacts = (cpex_artifact_list){artifact, 1};
  result.committed_snapshot = input->parent_snapshot;
  return result;
}

static cpex_lifecycle_answer on_before_step_start(cpex_call *call, const cpex_lifecycle_input *input) {
  const cpex_step_start_event *event = cpex_build_event_step_start(&input->event);
  if (cpex_is(event->key, "bad")) return cpex_abort(call, "no %s today", event->key.ptr);
  if (cpex_is(event->key, "fail")) cpex_fail(call, "refused", "as you wish");
  return cpex_continue();
}

static cpex_lifecycle_answer on_after_step_log(cpex_call *call, const cpex_lifecycle_input *input) {
  const cpex_step_log_event *event = cpex_build_event_step_log(&input->event);
  cpex_info(call, "%.*s", (int)event->data.len, (const char *)event->data.ptr);
  return cpex_continue();
}

static void configure(cpex_call *call, const cpex_json *config) {
  if (cpex_json_is_true(cpex_json_get(config, cpex_text("refuse")))) cpex_fail(call, "bad_config", "refused");
}

static void quiesce(cpex_call *call) { cpex_debug(call, "quiet"); }

static void shut_down(void) {
  cpex_call *call = cpex_background_begin();
  if (call == NULL) return;
  cpex_warn(call, "bye");
  cpex_background_end(call);
}

const cpex_plugin cpex_plugin_definition = {
    .hooks = (const cpex_hook[]){CPEX_ON_TOOL_PRE_INVOKE(on_tool_pre_invoke),
                                 CPEX_ON_IDENTITY_RESOLVE(on_identity_resolve), CPEX_ON_CMF_LLM_INPUT(on_cmf_llm_input),
                                 CPEX_END},
    .commands =
        (const cpex_command[]){
            {.verb = "echo",
             .about = "Says it.",
             .args = (const cpex_arg[]){{.kind = CPEX_POSITIONAL, .name = "who", .required = true},
                                        {.kind = CPEX_OPTION,
                                         .name = "times",
                                         .letter = 't',
                                         .help = "How often.",
                                         .type = CPEX_VALUE_TYPE_INT,
                                         .default_value = "1"},
                                        {.kind = CPEX_FLAG, .name = "loud"},
                                        CPEX_END},
             .run = on_echo},
            {.verb = "flood", .about = "Writes much.", .run = on_flood},
            {.verb = "group",
             .subcommands = (const cpex_command[]){{.verb = "probe", .about = "Probes.", .run = on_probe}, CPEX_END}},
            CPEX_END,
        },
    .steps = (const cpex_runner[]){{.runner = "copy", .is_default = true, .step_schema = "{\"type\":\"object\"}", .run = on_copy},
                                   {.runner = "other", .run = on_copy},
                                   CPEX_END},
    .lifecycle = (const cpex_lifecycle[]){CPEX_BEFORE_STEP_START(on_before_step_start),
                                          {.phase = CPEX_LIFECYCLE_PHASE_AFTER,
                                           .event = CPEX_LIFECYCLE_EVENT_KIND_STEP_LOG,
                                           .timeout_ms = 250,
                                           .run = on_after_step_log},
                                          CPEX_END},
    .configure = configure,
    .quiesce = quiesce,
    .shutdown = shut_down,
};
