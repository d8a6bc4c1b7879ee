/* Uses every part of a session: calls of the host in a call, a stream, two registrations, a shutdown. */
#define CAPABILITIES                                                      \
  "{\"executor\":true,\"executor_model_scope\":\"both\","                 \
  "\"executor_input_formats\":[\"chat-completions\"],\"executor_output_formats\":[\"openai\"]}"
#define ON_OTHER()                                                                                   \
  if (is("executor.identifier")) return reply(out, OK("{\"identifier\":\"tests\"}"));                \
  if (is("executor.execute")) return execute(request, len, out);                                     \
  if (is("executor.execute_stream")) return stream(request, len, out);                               \
  if (is("executor.count_tokens")) return reply(out, ERROR("executor_error", "cannot count <&>"))
static int execute();
static int stream();
#include "good.h"

/* Asks the host with a member added that ties the request to this call. */
static void ask_for(const char *method, const char *head, const uint8_t *request, size_t len) {
  char text[1024];
  snprintf(text, sizeof text, "{%s\"host_callback_id\":\"%s\"}", head, member(request, len, "host_callback_id"));
  ask_host(method, text);
}

static int execute(const uint8_t *request, size_t len, cliproxy_buffer *out) {
  ask_for("host.log", "\"level\":\"warning\",\"message\":\"a < b & c\",\"fields\":{\"b\":1,\"a\":\"\u2028\"},", request, len);
  ask_for("host.http.do", "\"url\":\"https://api.example.org/v1?a=1&b=2\",\"headers\":{\"X-A\":[\"1\"]},", request, len);
  ask_for("host.http.do_stream", "\"request\":{\"method\":\"POST\",\"url\":\"https://api.example.org/stream\"},", request, len);
  ask_host("host.http.stream_read", "{\"stream_id\":\"1\"}");
  ask_host("host.http.stream_read", "{\"stream_id\":\"1\"}");
  ask_host("host.http.stream_read", "{\"stream_id\":\"1\"}");
  ask_host("host.http.stream_close", "{\"stream_id\":\"1\"}");
  ask_for("host.model.execute", "\"entry_protocol\":\"openai\",\"exit_protocol\":\"openai\",\"model\":\"small\",\"body\":\"e30=\",", request, len);
  ask_host("host.model.stream_read", "{\"stream_id\":\"9\"}");
  ask_host("host.auth.list", "{}");
  ask_host("host.auth.save", "{\"name\":\"../a.json\",\"json\":{}}");
  ask_host("host.no.such", "{}");
  return reply(out, OK("{\"Payload\":\"eyJvayI6dHJ1ZX0=\",\"Headers\":{\"X-Plugin\":[\"yes\"]}}"));
}

static void emit(const char *method, const char *id, const char *more) {
  char text[256];
  snprintf(text, sizeof text, "{\"stream_id\":\"%s\"%s}", id, more);
  ask_host(method, text);
}

static int stream(const uint8_t *request, size_t len, cliproxy_buffer *out) {
  const char *id = member(request, len, "stream_id");
  emit("host.stream.emit", id, ",\"payload\":\"b25l\"");
  emit("host.stream.emit", id, ",\"payload\":\"dHdv\"");
  emit("host.stream.close", id, "");
  emit("host.stream.emit", id, ",\"payload\":\"bGF0ZQ==\"");
  emit("host.stream.close", id, "");
  return reply(out, OK("{\"headers\":{\"Content-Type\":[\"text/event-stream\"]}}"));
}
