/* Your plugin. Handlers go here, their names into the table at the end; cpex/cpex.h says what they can do. */
#include "cpex/cpex.h"

// cpex:if model_registrar|model_provider

static const cpex_model_info models[] = {
    {
        .id = CPEX_TEXT("sample-plugin-1"),
        .object = CPEX_TEXT("model"),
        .owned_by = CPEX_TEXT("sample-plugin"),
    },
};

// cpex:end
// cpex:if model_registrar

/* Names the models of the provider; asked once. */
static void on_model_register(cpex_call *call, const cpex_model_register_request *request,
                              cpex_model_register_result *result) {
  (void)call, (void)request;
  result->provider = cpex_text("sample-plugin");
  result->models = (cpex_model_info_list)CPEX_LIST(models);
}

// cpex:end
// cpex:if model_provider

/* Names the models that need no credential. */
static void on_model_static(cpex_call *call, const cpex_model_static_request *request, cpex_model_result *result) {
  (void)call, (void)request;
  result->provider = cpex_text("sample-plugin");
  result->models = (cpex_model_info_list)CPEX_LIST(models);
}

/* Names the models that a credential gives access to. */
static void on_model_for_auth(cpex_call *call, const cpex_model_for_auth_request *request, cpex_model_result *result) {
  (void)call;
  result->provider = request->auth_provider;
  result->models = (cpex_model_info_list)CPEX_LIST(models);
}

// cpex:end
// cpex:if auth_provider

/* Reads a credential file, if it is one of this provider. */
static void on_auth_parse(cpex_call *call, const cpex_auth_parse_request *request, cpex_auth_parse_result *result) {
  if (!cpex_is(request->provider, "sample-plugin")) return;
  const cpex_json *file = cpex_parse(call, request->raw_json);
  result->handled = true;
  result->auth = (cpex_auth_data){
      .provider = request->provider,
      .id = request->file_name,
      .file_name = request->file_name,
      .label = cpex_json_string(cpex_json_get(file, cpex_text("email"))),
      .storage_json = request->raw_json,
  };
}

/* Begins a login: the user opens the page, and the host asks on_auth_login_poll until it is done. */
static void on_auth_login_start(cpex_call *call, const cpex_auth_login_start_request *request,
                                cpex_auth_login_start_result *result) {
  (void)call;
  result->provider = request->provider;
  result->url = cpex_text("https://example.com/login?state=sample-state");
  result->state = cpex_text("sample-state");
}

/* Says how far a login is, and gives its credential when it is done. */
static void on_auth_login_poll(cpex_call *call, const cpex_auth_login_poll_request *request,
                               cpex_auth_login_poll_result *result) {
  if (!cpex_is(request->state, "sample-state")) {
    result->status = CPEX_LOGIN_STATUS_ERROR;
    result->message = cpex_text("no such login");
    return;
  }
  result->status = CPEX_LOGIN_STATUS_SUCCESS;
  result->auth = (cpex_auth_data){
      .provider = request->provider,
      .id = cpex_text("sample-plugin.json"),
      .file_name = cpex_text("sample-plugin.json"),
      .storage_json = cpex_bytesf(call, "{\"type\":%s}", cpex_quoted(call, request->provider)),
  };
}

/* Renews a credential; what stays empty stays as it was. */
static void on_auth_refresh(cpex_call *call, const cpex_auth_refresh_request *request,
                            cpex_auth_refresh_result *result) {
  (void)call;
  result->auth = (cpex_auth_data){
      .provider = request->auth_provider,
      .id = request->auth_id,
      .storage_json = request->storage_json,
  };
}

// cpex:end
// cpex:if frontend_auth_provider

/* Says who a client is; one that is not authenticated goes on to the next provider. */
static void on_frontend_auth(cpex_call *call, const cpex_frontend_auth_request *request,
                             cpex_frontend_auth_result *result) {
  (void)call, (void)request;
  result->authenticated = false;
}

// cpex:end
// cpex:if scheduler

/* Picks one of the candidates; what is not handled is the host's to pick. */
static void on_scheduler_pick(cpex_call *call, const cpex_scheduler_pick_request *request,
                              cpex_scheduler_pick_result *result) {
  (void)call, (void)request;
  result->handled = false;
}

// cpex:end
// cpex:if model_router

/* Says who serves a request; what is not handled goes the host's way. */
static void on_model_route(cpex_call *call, const cpex_model_route_request *request, cpex_model_route_result *result) {
  (void)call, (void)request;
  result->handled = false;
}

// cpex:end
// cpex:if executor

/* What the user said last, in a chat completion request. The call fails when the body is no JSON. */
static cpex_str last_message(cpex_call *call, cpex_bytes payload) {
  cpex_str said = cpex_text("");
  const cpex_json *body = cpex_parse(call, payload);
  if (body == NULL) {
    cpex_fail(call, "invalid_request", "The body is not JSON.");
    cpex_fail_status(call, 400, false);
  }
  const cpex_json *message = cpex_json_first(cpex_json_get(body, cpex_text("messages")));
  for (; message != NULL; message = cpex_json_next(message)) {
    cpex_str role = cpex_json_string(cpex_json_get(message, cpex_text("role")));
    if (cpex_is(role, "user")) said = cpex_json_string(cpex_json_get(message, cpex_text("content")));
  }
  return said;
}

/* Serves a request: here, says again what the user said last. */
static void on_execute(cpex_call *call, const cpex_executor_request *request, cpex_executor_result *result) {
  cpex_str said = last_message(call, request->payload);
  result->payload = cpex_bytesf(call,
                                "{\"id\":\"sample-plugin\",\"created\":0,"
                                "\"object\":\"chat.completion\",\"model\":%s,"
                                "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":%s},"
                                "\"finish_reason\":\"stop\"}]}",
                                cpex_quoted(call, request->model), cpex_quoted(call, said));
}

/* One chunk of a streamed chat completion. */
static cpex_bytes chunk(cpex_call *call, cpex_str model, const char *delta, const char *finish_reason) {
  return cpex_bytesf(call,
                     "{\"id\":\"sample-plugin\",\"created\":0,"
                     "\"object\":\"chat.completion.chunk\",\"model\":%s,"
                     "\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}",
                     cpex_quoted(call, model), delta, finish_reason);
}

/* The same as a stream. One that takes its time returns no chunks and goes on with cpex_continue and cpex_emit. */
static void on_execute_stream(cpex_call *call, const cpex_executor_stream_request *request,
                              cpex_executor_stream_result *result) {
  cpex_str said = last_message(call, request->payload);
  cpex_str delta = cpex_textf(call, "{\"role\":\"assistant\",\"content\":%s}", cpex_quoted(call, said));
  cpex_stream_chunk *chunks = cpex_alloc_array(cpex_memory(call), 2, sizeof *chunks);
  if (chunks == NULL) return;
  chunks[0].payload = chunk(call, request->model, delta.ptr, "null");
  chunks[1].payload = chunk(call, request->model, "{}", "\"stop\"");
  result->chunks = (cpex_stream_chunk_list){chunks, 2};
}

/* Counts the tokens of a request: here, the words of the last message. */
static void on_count_tokens(cpex_call *call, const cpex_executor_request *request, cpex_executor_result *result) {
  cpex_str said = last_message(call, request->payload);
  int words = 0;
  for (size_t i = 0; i < said.len; i++) {
    if (said.ptr[i] != ' ' && (i == 0 || said.ptr[i - 1] == ' ')) words++;
  }
  result->payload = cpex_bytesf(call, "{\"total_tokens\":%d}", words);
}

/* Makes a request of somebody else's with the credential of this provider. */
static void on_http_request(cpex_call *call, const cpex_executor_http_request *request, cpex_http_result *result) {
  (void)request;
  result->status_code = 501;
  result->body = cpex_bytesf(call, "this provider makes no requests for others");
}

// cpex:end
// cpex:if request_translator

/* Translates a request; an empty body leaves it to others. */
static void on_request_translate(cpex_call *call, const cpex_request_transform_request *request,
                                 cpex_body_result *result) {
  (void)call, (void)request, (void)result;
}

// cpex:end
// cpex:if request_normalizer

/* Changes a request after its translation; an empty body leaves it as it is. */
static void on_request_normalize(cpex_call *call, const cpex_request_transform_request *request,
                                 cpex_body_result *result) {
  (void)call, (void)request, (void)result;
}

// cpex:end
// cpex:if request_interceptor

/* Sees a request as it came: changes it with .headers, .clear_headers and .body, or ends it with .terminate. */
static void on_request_before(cpex_call *call, const cpex_request_intercept_request *request,
                              cpex_request_intercept_result *result) {
  (void)call, (void)request, (void)result;
}

/* The same, in the format of the provider that will serve it. */
static void on_request_after(cpex_call *call, const cpex_request_intercept_request *request,
                             cpex_request_intercept_result *result) {
  (void)call, (void)request, (void)result;
}

// cpex:end
// cpex:if request_lifecycle_plugin

/* Hears how a request ended. */
static void on_request_complete(cpex_call *call, const cpex_request_complete_request *request) {
  cpex_info(call, "request %s: %s", request->request_id.ptr, request->outcome.ptr);
}

// cpex:end
// cpex:if response_translator

/* Translates a response; an empty body leaves it to others. */
static void on_response_translate(cpex_call *call, const cpex_response_transform_request *request,
                                  cpex_body_result *result) {
  (void)call, (void)request, (void)result;
}

// cpex:end
// cpex:if response_before_translator

/* Changes a response before its translation; an empty body leaves it as it is. */
static void on_response_before(cpex_call *call, const cpex_response_transform_request *request,
                               cpex_body_result *result) {
  (void)call, (void)request, (void)result;
}

// cpex:end
// cpex:if response_after_translator

/* Changes a response after its translation; an empty body leaves it as it is. */
static void on_response_after(cpex_call *call, const cpex_response_transform_request *request,
                              cpex_body_result *result) {
  (void)call, (void)request, (void)result;
}

// cpex:end
// cpex:if response_interceptor

/* Sees a whole response: changes it with .headers, .clear_headers and .body. */
static void on_response(cpex_call *call, const cpex_response_intercept_request *request,
                        cpex_response_intercept_result *result) {
  (void)call, (void)request, (void)result;
}

// cpex:end
// cpex:if response_stream_interceptor

/* Sees each chunk of a stream, after a first call with chunk_index -1 for the headers. */
static void on_stream_chunk(cpex_call *call, const cpex_stream_chunk_intercept_request *request,
                            cpex_stream_chunk_intercept_result *result) {
  (void)call, (void)request, (void)result;
}

// cpex:end
// cpex:if thinking_applier

/* Writes the wanted amount of thinking into a request of this provider. */
static void on_thinking_apply(cpex_call *call, const cpex_thinking_apply_request *request, cpex_body_result *result) {
  (void)call;
  result->body = request->body;
}

// cpex:end
// cpex:if usage_plugin

/* Hears what a request cost. */
static void on_usage(cpex_call *call, const cpex_usage_handle_request *request) {
  cpex_info(call, "%s: %lld tokens", request->model.ptr, (long long)request->detail.total_tokens);
}

// cpex:end
// cpex:if command_line_plugin

/* Names the flags that the host's command line gets. */
static void on_command_line_register(cpex_call *call, const cpex_command_line_register_request *request,
                                     cpex_command_line_register_result *result) {
  static const cpex_command_line_flag flags[] = {
      {
          .name = CPEX_TEXT("sample-plugin-hello"),
          .usage = CPEX_TEXT("Say hello."),
          .type = CPEX_TEXT("bool"),
      },
  };
  (void)call, (void)request;
  result->flags = (cpex_command_line_flag_list)CPEX_LIST(flags);
}

/* Runs when one of the flags was given. */
static void on_command_line_execute(cpex_call *call, const cpex_command_line_execute_request *request,
                                    cpex_command_line_execute_result *result) {
  (void)request;
  result->stdout_ = cpex_bytesf(call, "Hello from sample-plugin\n");
}

// cpex:end
// cpex:if management_api

/* Names routes, which need the management key, and pages, which anybody may open. */
static void on_management_register(cpex_call *call, const cpex_management_register_request *request,
                                   cpex_management_register_result *result) {
  static const cpex_management_route routes[] = {
      {
          .method = CPEX_TEXT("GET"),
          .path = CPEX_TEXT("/plugins/sample-plugin/status"),
          .description = CPEX_TEXT("Whether all is well."),
      },
  };
  static const cpex_management_resource pages[] = {
      {
          .path = CPEX_TEXT("/panel"),
          .menu = CPEX_TEXT("sample-plugin"),
          .description = CPEX_TEXT("A page."),
      },
  };
  (void)call, (void)request;
  result->routes = (cpex_management_route_list)CPEX_LIST(routes);
  result->resources = (cpex_management_resource_list)CPEX_LIST(pages);
}

/* Answers a request for one of them. */
static void on_management_handle(cpex_call *call, const cpex_management_handle_request *request,
                                 cpex_http_result *result) {
  result->status_code = 200;
  if (cpex_is(request->path, "/v0/management/plugins/sample-plugin/status")) {
    result->headers = cpex_one_header(call, "Content-Type", "application/json");
    result->body = cpex_bytesf(call, "{\"status\":\"ok\"}");
  } else if (cpex_is(request->path, "/v0/resource/plugins/sample-plugin/panel")) {
    result->headers = cpex_one_header(call, "Content-Type", "text/html; charset=utf-8");
    result->body = cpex_bytesf(call,
                               "<!doctype html>\n<meta charset=\"utf-8\">\n"
                               "<title>sample-plugin</title>\n"
                               "<h1>sample-plugin</h1>\n<p>All is well.</p>\n");
  } else {
    result->status_code = 404;
  }
}

// cpex:end

const cpex_plugin cpex_plugin_definition = {
    // cpex:if model_registrar
    .model_registrar = {.register_ = on_model_register},
    // cpex:end
    // cpex:if model_provider
    .model_provider = {.static_ = on_model_static, .for_auth = on_model_for_auth},
    // cpex:end
    // cpex:if auth_provider
    .auth_provider =
        {
            .identifier = "sample-plugin",
            .parse = on_auth_parse,
            .login_start = on_auth_login_start,
            .login_poll = on_auth_login_poll,
            .refresh = on_auth_refresh,
        },
    // cpex:end
    // cpex:if frontend_auth_provider
    .frontend_auth_provider =
        {
            .identifier = "sample-plugin",
            .authenticate = on_frontend_auth,
        },
    // cpex:end
    // cpex:if scheduler
    .scheduler = {.pick = on_scheduler_pick},
    // cpex:end
    // cpex:if model_router
    .model_router = {.route = on_model_route},
    // cpex:end
    // cpex:if executor
    .executor =
        {
            .identifier = "sample-plugin",
            .model_scope = "both",
            .input_formats = (const char *const[]){"openai", NULL},
            .output_formats = (const char *const[]){"openai", NULL},
            .execute = on_execute,
            .execute_stream = on_execute_stream,
            .count_tokens = on_count_tokens,
            .http_request = on_http_request,
        },
    // cpex:end
    // cpex:if request_translator
    .request_translator = {.translate = on_request_translate},
    // cpex:end
    // cpex:if request_normalizer
    .request_normalizer = {.normalize = on_request_normalize},
    // cpex:end
    // cpex:if request_interceptor
    .request_interceptor = {.intercept_before = on_request_before, .intercept_after = on_request_after},
    // cpex:end
    // cpex:if request_lifecycle_plugin
    .request_lifecycle_plugin = {.complete = on_request_complete},
    // cpex:end
    // cpex:if response_translator
    .response_translator = {.translate = on_response_translate},
    // cpex:end
    // cpex:if response_before_translator
    .response_before_translator = {.normalize_before = on_response_before},
    // cpex:end
    // cpex:if response_after_translator
    .response_after_translator = {.normalize_after = on_response_after},
    // cpex:end
    // cpex:if response_interceptor
    .response_interceptor = {.intercept_after = on_response},
    // cpex:end
    // cpex:if response_stream_interceptor
    .response_stream_interceptor = {.intercept_stream_chunk = on_stream_chunk},
    // cpex:end
    // cpex:if thinking_applier
    .thinking_applier =
        {
            .identifier = "sample-plugin",
            .apply = on_thinking_apply,
        },
    // cpex:end
    // cpex:if usage_plugin
    .usage_plugin = {.handle = on_usage},
    // cpex:end
    // cpex:if command_line_plugin
    .command_line_plugin = {.register_ = on_command_line_register, .execute = on_command_line_execute},
    // cpex:end
    // cpex:if management_api
    .management_api = {.register_ = on_management_register, .handle = on_management_handle},
    // cpex:end
};
