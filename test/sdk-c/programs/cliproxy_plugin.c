/* Does what the model of a request says. The capabilities are request_interceptor, executor and management_api. */
#include <pthread.h>

#include "cpex/cpex.h"

static cpex_call *later;

static void configure(cpex_call *call, cpex_str yaml) {
  if (strstr(yaml.ptr, "refuse") != NULL) cpex_fail(call, "bad_config", "refused: %s", yaml.ptr);
}

static void say_goodbye(void) {
  cpex_call *call = cpex_background_begin();
  if (later != NULL) cpex_background_end(later);
  later = NULL;
  if (call != NULL) cpex_warn(call, "bye");
  cpex_background_end(call);
}

static void report_host_failure(cpex_call *call) {
  cpex_fail(call, "host", "%s: %s", cpex_host_error_code(call).ptr, cpex_host_error_message(call).ptr);
}

static void log_with_fields(cpex_call *call, const cpex_request_intercept_request *request) {
  cpex_log_request line = {.level = cpex_text("trace"), .message = cpex_text("a\"b"), .fields = request->metadata};
  cpex_host_log(call, &line);
}

static void do_http(cpex_call *call, cpex_request_intercept_result *result) {
  cpex_http_request ask = {.method = cpex_text("PUT"), .url = cpex_text("https://x.example/?a=1&b=2")};
  cpex_http_result answer;
  ask.headers = cpex_one_header(call, "X-A", "1");
  ask.body = cpex_bytes_of(cpex_text("hi"));
  if (!cpex_http(call, &ask, &answer)) {
    report_host_failure(call);
    return;
  }
  result->status_code = answer.status_code;
  result->headers = answer.headers;
  result->body = answer.body;
}

static void read_stream(cpex_call *call, cpex_request_intercept_result *result) {
  cpex_host_model_request ask = {.model = cpex_text("m"), .stream = true, .body = cpex_bytes_of(cpex_text("{}"))};
  cpex_host_model_stream_result head;
  cpex_host_model_read_result piece;
  if (!cpex_host_model_execute_stream(call, &ask, &head)) {
    report_host_failure(call);
    return;
  }
  cpex_stream_id_request stream = {.stream_id = head.stream_id};
  cpex_host_model_stream_read(call, &stream, &piece);
  cpex_host_model_stream_close(call, &stream);
  result->body = piece.payload;
  result->status_code = head.status_code;
}

static void list_credentials(cpex_call *call, cpex_request_intercept_result *result) {
  cpex_auth_list_result list;
  if (!cpex_host_auth_list(call, &list)) {
    report_host_failure(call);
    return;
  }
  cpex_str when = cpex_time_text(cpex_memory(call), list.files.items[0].modtime);
  result->body = cpex_bytesf(call, "%zu %s %s", list.files.count, list.files.items[0].name.ptr, when.ptr);
}

/* The setting whose key the metadata names. */
static void read_setting(cpex_call *call, const cpex_json *metadata, cpex_request_intercept_result *result) {
  cpex_str key = cpex_json_string(cpex_json_get(metadata, cpex_text("key")));
  cpex_str text;
  int64_t number = 0;
  bool is_on = false;
  result->status_code = 404;
  if (!cpex_yaml_text(call, cpex_config_yaml(call), key.ptr, &text)) return;
  bool is_number = cpex_yaml_int(call, cpex_config_yaml(call), key.ptr, &number);
  bool is_flag = cpex_yaml_bool(call, cpex_config_yaml(call), key.ptr, &is_on);
  result->body = cpex_bytes_of(text);
  result->status_code = is_number ? number : is_flag ? is_on : 200;
}

static void intercept(cpex_call *call, const cpex_request_intercept_request *request,
                      cpex_request_intercept_result *result) {
  static const cpex_str gone[] = {CPEX_TEXT("X-Gone"), CPEX_TEXT("X-Too")};
  if (cpex_is(request->model, "change")) {
    result->headers = cpex_one_header(call, "X-New", cpex_header(&request->headers, "x-OLD").ptr);
    result->body = request->body;
    result->clear_headers = (cpex_text_list)CPEX_LIST(gone);
  } else if (cpex_is(request->model, "end")) {
    result->terminate = true;
    result->status_code = 451;
    result->response_body = cpex_bytesf(call, "<no>");
  } else if (cpex_is(request->model, "fail")) {
    cpex_fail(call, "busy", "later");
    cpex_fail_status(call, 429, true);
  } else if (cpex_is(request->model, "config")) {
    result->body = cpex_bytes_of(cpex_config_yaml(call));
  } else if (cpex_is(request->model, "log")) {
    log_with_fields(call, request);
  } else if (cpex_is(request->model, "http")) {
    do_http(call, result);
  } else if (cpex_is(request->model, "stream")) {
    read_stream(call, result);
  } else if (cpex_is(request->model, "auth")) {
    list_credentials(call, result);
  } else if (cpex_is(request->model, "setting")) {
    read_setting(call, request->metadata, result);
  } else if (cpex_is(request->model, "metadata")) {
    result->body = cpex_render(call, request->metadata);
  } else {
    result->body = cpex_bytes_of(request->model);
  }
}

static void no_change(cpex_call *call, const cpex_request_intercept_request *request,
                      cpex_request_intercept_result *result) {
  (void)call, (void)request, (void)result;
}

static void execute(cpex_call *call, const cpex_executor_request *request, cpex_executor_result *result) {
  (void)call;
  result->payload = request->payload;
}

/* Two pieces at once, the rest after the return. */
static void execute_stream(cpex_call *call, const cpex_executor_stream_request *request,
                           cpex_executor_stream_result *result) {
  cpex_emit(call, request->payload);
  cpex_emit(call, cpex_bytes_of(cpex_text("2")));
  result->headers = cpex_one_header(call, "X-Stream", cpex_stream_id(call).ptr);
  later = cpex_continue(call);
}

static void http_request(cpex_call *call, const cpex_executor_http_request *request, cpex_http_result *result) {
  (void)call, (void)request;
  result->status_code = 204;
}

static void register_routes(cpex_call *call, const cpex_management_register_request *request,
                            cpex_management_register_result *result) {
  (void)call, (void)request, (void)result;
}

static void *finish_stream(void *argument) {
  cpex_call *call = argument;
  for (int i = 3; i < 6; i++) cpex_emit(call, cpex_bytesf(call, "%d", i));
  cpex_emit_end(call, "no more");
  cpex_info(call, "done");
  cpex_background_end(call);
  return NULL;
}

/* Lets the stream go on, on a thread of its own. */
static void handle_route(cpex_call *call, const cpex_management_handle_request *request, cpex_http_result *result) {
  pthread_t thread;
  (void)call, (void)request, (void)result;
  if (later == NULL || pthread_create(&thread, NULL, finish_stream, later) != 0) return;
  later = NULL;
  pthread_join(thread, NULL);
}

static const cpex_str choices[] = {CPEX_TEXT("a"), CPEX_TEXT("b")};
static const cpex_config_field fields[] = {
    {.name = CPEX_TEXT("mode"), .type = CPEX_TEXT("enum"), .enum_values = CPEX_LIST(choices)},
};

const cpex_plugin cpex_plugin_definition = {
    .configure = configure,
    .shutdown = say_goodbye,
    .logo = "https://x.example/logo.png",
    .config_fields = CPEX_LIST(fields),
    .request_interceptor = {.intercept_before = intercept, .intercept_after = no_change},
    .executor = {.identifier = "full",
                 .model_scope = "static",
                 .input_formats = (const char *const[]){"openai", "claude", NULL},
                 .output_formats = (const char *const[]){"openai", NULL},
                 .execute = execute,
#if !defined(WITHOUT_STREAM)
                 .execute_stream = execute_stream,
#endif
                 .count_tokens = execute,
                 .http_request = http_request},
#if defined(WITH_SCHEDULER)
    .scheduler = {.pick = (cpex_scheduler_pick_handler *)(void (*)(void))no_change},
#endif
    .management_api = {.register_ = register_routes, .handle = handle_route},
};
