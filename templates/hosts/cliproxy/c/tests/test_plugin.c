/* Unit tests of the handlers: ctest, or `cpex test --native`. */
#include "cpex/cpex_test.h"
#include "cpex/samples.h"
#include "cpex/types.h"

/* The result of a call that must succeed. */
static const cpex_json *result_of(const char *method, const char *request) {
  cpex_test_reply reply = cpex_test_call(method, request);
  if (!reply.ok) fprintf(stderr, "%s: %s\n", method, reply.message.ptr);
  CPEX_CHECK(reply.ok);
  return reply.result;
}

// cpex:if model_registrar

static void test_model_registrar(void) {
  const cpex_json *result = result_of("model.register", CPEX_SAMPLE_MODEL_REGISTER);
  CPEX_CHECK(cpex_is(cpex_test_text(result, "Provider"), "sample-plugin"));
  CPEX_CHECK(cpex_is(cpex_test_text(result, "Models.0.ID"), "sample-plugin-1"));
}

// cpex:end
// cpex:if model_provider

static void test_model_provider(void) {
  const cpex_json *result = result_of("model.static", CPEX_SAMPLE_MODEL_STATIC);
  CPEX_CHECK(cpex_is(cpex_test_text(result, "Models.0.ID"), "sample-plugin-1"));
  result = result_of("model.for_auth", "{\"AuthProvider\":\"a\"}");
  CPEX_CHECK(cpex_is(cpex_test_text(result, "Provider"), "a"));
  CPEX_CHECK(cpex_json_count(cpex_test_at(result, "Models")) == 1);
}

// cpex:end
// cpex:if auth_provider

static void test_auth_provider(void) {
  const char *file = cpex_test_base64("{\"email\":\"ada@example.org\"}");
  const char *format = "{\"Provider\":\"%s\",\"FileName\":\"ada.json\",\"RawJSON\":%s}";
  const char *own = cpex_format(cpex_test_memory(), format, "sample-plugin", file).ptr;
  const char *other = cpex_format(cpex_test_memory(), format, "other", file).ptr;
  const cpex_json *result = result_of("auth.parse", own);
  CPEX_CHECK(cpex_json_is_true(cpex_test_at(result, "Handled")));
  CPEX_CHECK(cpex_is(cpex_test_text(result, "Auth.Label"), "ada@example.org"));
  CPEX_CHECK(!cpex_json_is_true(cpex_test_at(result_of("auth.parse", other), "Handled")));
  result = result_of("auth.login.start", CPEX_SAMPLE_AUTH_LOGIN_START);
  CPEX_CHECK(cpex_is(cpex_test_text(result, "State"), "sample-state"));
  result = result_of("auth.login.poll", "{\"Provider\":\"a\",\"State\":\"sample-state\"}");
  CPEX_CHECK(cpex_is(cpex_test_text(result, "Status"), "success"));
  CPEX_CHECK(cpex_is(cpex_test_bytes(result, "Auth.StorageJSON"), "{\"type\":\"a\"}"));
  result = result_of("auth.login.poll", "{\"State\":\"another\"}");
  CPEX_CHECK(cpex_is(cpex_test_text(result, "Status"), "error"));
  result = result_of("auth.refresh", "{\"AuthID\":\"ada.json\"}");
  CPEX_CHECK(cpex_is(cpex_test_text(result, "Auth.ID"), "ada.json"));
}

// cpex:end
// cpex:if frontend_auth_provider

static void test_frontend_auth_provider(void) {
  const cpex_json *result = result_of("frontend_auth.authenticate", CPEX_SAMPLE_FRONTEND_AUTH_AUTHENTICATE);
  CPEX_CHECK(!cpex_json_is_true(cpex_test_at(result, "Authenticated")));
}

// cpex:end
// cpex:if scheduler

static void test_scheduler(void) {
  const cpex_json *result = result_of("scheduler.pick", CPEX_SAMPLE_SCHEDULER_PICK);
  CPEX_CHECK(!cpex_json_is_true(cpex_test_at(result, "Handled")));
}

// cpex:end
// cpex:if model_router

static void test_model_router(void) {
  const cpex_json *result = result_of("model.route", CPEX_SAMPLE_MODEL_ROUTE);
  CPEX_CHECK(!cpex_json_is_true(cpex_test_at(result, "Handled")));
}

// cpex:end
// cpex:if executor

static void test_executor(void) {
  const char *body = "{\"messages\":[{\"role\":\"user\",\"content\":\"hello \\\"you\\\"\"}]}";
  const char *format = "{\"Model\":\"m\",\"Payload\":%s,\"stream_id\":\"1\"}";
  const char *request = cpex_format(cpex_test_memory(), format, cpex_test_base64(body)).ptr;
  const cpex_json *result = result_of("executor.execute", request);
  cpex_bytes payload = cpex_bytes_of(cpex_test_bytes(result, "Payload"));
  const cpex_json *completion = cpex_json_read(cpex_test_memory(), payload, NULL, NULL);
  CPEX_CHECK(cpex_is(cpex_test_text(completion, "choices.0.message.content"), "hello \"you\""));
  result = result_of("executor.execute_stream", request);
  CPEX_CHECK(cpex_json_count(cpex_test_at(result, "chunks")) == 2);
  result = result_of("executor.count_tokens", request);
  CPEX_CHECK(cpex_is(cpex_test_bytes(result, "Payload"), "{\"total_tokens\":2}"));
  result = result_of("executor.http_request", CPEX_SAMPLE_EXECUTOR_HTTP_REQUEST);
  CPEX_CHECK(cpex_test_number(result, "StatusCode") == 501);
  CPEX_CHECK(cpex_is(cpex_test_call("executor.execute", "{\"Payload\":\"aGk=\"}").code, "invalid_request"));
}

// cpex:end
// cpex:if request_translator

static void test_request_translator(void) {
  const cpex_json *result = result_of("request.translate", CPEX_SAMPLE_REQUEST_TRANSLATE);
  CPEX_CHECK(cpex_is(cpex_test_bytes(result, "Body"), ""));
}

// cpex:end
// cpex:if request_normalizer

static void test_request_normalizer(void) {
  const cpex_json *result = result_of("request.normalize", CPEX_SAMPLE_REQUEST_NORMALIZE);
  CPEX_CHECK(cpex_is(cpex_test_bytes(result, "Body"), ""));
}

// cpex:end
// cpex:if request_interceptor

static void test_request_interceptor(void) {
  const cpex_json *result = result_of("request.intercept_before", CPEX_SAMPLE_REQUEST_INTERCEPT_BEFORE);
  CPEX_CHECK(!cpex_json_is_true(cpex_test_at(result, "Terminate")));
  result = result_of("request.intercept_after", CPEX_SAMPLE_REQUEST_INTERCEPT_AFTER);
  CPEX_CHECK(cpex_is(cpex_test_bytes(result, "Body"), ""));
}

// cpex:end
// cpex:if request_lifecycle_plugin

static void test_request_lifecycle_plugin(void) {
  result_of("request.complete", "{\"RequestID\":\"1\",\"Outcome\":\"succeeded\"}");
  CPEX_CHECK(cpex_is(cpex_test_text(cpex_test_request("host.log"), "message"), "request 1: succeeded"));
}

// cpex:end
// cpex:if response_translator

static void test_response_translator(void) {
  const cpex_json *result = result_of("response.translate", CPEX_SAMPLE_RESPONSE_TRANSLATE);
  CPEX_CHECK(cpex_is(cpex_test_bytes(result, "Body"), ""));
}

// cpex:end
// cpex:if response_before_translator

static void test_response_before_translator(void) {
  const cpex_json *result = result_of("response.normalize_before", CPEX_SAMPLE_RESPONSE_NORMALIZE_BEFORE);
  CPEX_CHECK(cpex_is(cpex_test_bytes(result, "Body"), ""));
}

// cpex:end
// cpex:if response_after_translator

static void test_response_after_translator(void) {
  const cpex_json *result = result_of("response.normalize_after", CPEX_SAMPLE_RESPONSE_NORMALIZE_AFTER);
  CPEX_CHECK(cpex_is(cpex_test_bytes(result, "Body"), ""));
}

// cpex:end
// cpex:if response_interceptor

static void test_response_interceptor(void) {
  const cpex_json *result = result_of("response.intercept_after", CPEX_SAMPLE_RESPONSE_INTERCEPT_AFTER);
  CPEX_CHECK(cpex_is(cpex_test_bytes(result, "Body"), ""));
}

// cpex:end
// cpex:if response_stream_interceptor

static void test_response_stream_interceptor(void) {
  const cpex_json *result = result_of("response.intercept_stream_chunk", CPEX_SAMPLE_RESPONSE_INTERCEPT_STREAM_CHUNK);
  CPEX_CHECK(!cpex_json_is_true(cpex_test_at(result, "DropChunk")));
}

// cpex:end
// cpex:if thinking_applier

static void test_thinking_applier(void) {
  const cpex_json *result = result_of("thinking.apply", "{\"Config\":{\"Mode\":\"auto\"},\"Body\":\"e30=\"}");
  CPEX_CHECK(cpex_is(cpex_test_bytes(result, "Body"), "{}"));
}

// cpex:end
// cpex:if usage_plugin

static void test_usage_plugin(void) {
  result_of("usage.handle", "{\"Model\":\"m\",\"Detail\":{\"TotalTokens\":7}}");
  CPEX_CHECK(cpex_is(cpex_test_text(cpex_test_request("host.log"), "message"), "m: 7 tokens"));
}

// cpex:end
// cpex:if command_line_plugin

static void test_command_line_plugin(void) {
  const cpex_json *result = result_of("command_line.register", CPEX_SAMPLE_COMMAND_LINE_REGISTER);
  CPEX_CHECK(cpex_is(cpex_test_text(result, "Flags.0.Name"), "sample-plugin-hello"));
  result = result_of("command_line.execute", CPEX_SAMPLE_COMMAND_LINE_EXECUTE);
  CPEX_CHECK(cpex_is(cpex_test_bytes(result, "Stdout"), "Hello from sample-plugin\n"));
}

// cpex:end
// cpex:if management_api

static void test_management_api(void) {
  const cpex_json *result = result_of("management.register", CPEX_SAMPLE_MANAGEMENT_REGISTER);
  CPEX_CHECK(cpex_is(cpex_test_text(result, "routes.0.Path"), "/plugins/sample-plugin/status"));
  CPEX_CHECK(cpex_is(cpex_test_text(result, "resources.0.Path"), "/panel"));
  result = result_of("management.handle", "{\"Path\":\"/v0/management/plugins/sample-plugin/status\"}");
  CPEX_CHECK(cpex_is(cpex_test_bytes(result, "Body"), "{\"status\":\"ok\"}"));
  result = result_of("management.handle", "{\"Path\":\"/v0/resource/plugins/sample-plugin/panel\"}");
  CPEX_CHECK(cpex_test_number(result, "StatusCode") == 200);
  CPEX_CHECK(strstr(cpex_test_bytes(result, "Body").ptr, "<h1>sample-plugin</h1>") != NULL);
  result = result_of("management.handle", "{\"Path\":\"/other\"}");
  CPEX_CHECK(cpex_test_number(result, "StatusCode") == 404);
}

// cpex:end

int main(void) {
  static void (*const tests[])(void) = {
      // cpex:if model_registrar
      test_model_registrar,
      // cpex:end
      // cpex:if model_provider
      test_model_provider,
      // cpex:end
      // cpex:if auth_provider
      test_auth_provider,
      // cpex:end
      // cpex:if frontend_auth_provider
      test_frontend_auth_provider,
      // cpex:end
      // cpex:if scheduler
      test_scheduler,
      // cpex:end
      // cpex:if model_router
      test_model_router,
      // cpex:end
      // cpex:if executor
      test_executor,
      // cpex:end
      // cpex:if request_translator
      test_request_translator,
      // cpex:end
      // cpex:if request_normalizer
      test_request_normalizer,
      // cpex:end
      // cpex:if request_interceptor
      test_request_interceptor,
      // cpex:end
      // cpex:if request_lifecycle_plugin
      test_request_lifecycle_plugin,
      // cpex:end
      // cpex:if response_translator
      test_response_translator,
      // cpex:end
      // cpex:if response_before_translator
      test_response_before_translator,
      // cpex:end
      // cpex:if response_after_translator
      test_response_after_translator,
      // cpex:end
      // cpex:if response_interceptor
      test_response_interceptor,
      // cpex:end
      // cpex:if response_stream_interceptor
      test_response_stream_interceptor,
      // cpex:end
      // cpex:if thinking_applier
      test_thinking_applier,
      // cpex:end
      // cpex:if usage_plugin
      test_usage_plugin,
      // cpex:end
      // cpex:if command_line_plugin
      test_command_line_plugin,
      // cpex:end
      // cpex:if management_api
      test_management_api,
      // cpex:end
  };
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    cpex_test_start(NULL);
    tests[i]();
    cpex_test_stop();
  }
  return 0;
}
