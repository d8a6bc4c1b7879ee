/* A plugin that executes; ON_STREAM answers executor.execute_stream, for which `id` names the stream. */
#define CAPABILITIES \
  "{\"executor\":true,\"executor_input_formats\":[\"openai\"],\"executor_output_formats\":[\"openai\"]}"
#define ON_OTHER()                                                                                       \
  if (is("executor.identifier")) return reply(out, OK("{\"identifier\":\"tests\"}"));                    \
  if (is("executor.execute") || is("executor.count_tokens")) return reply(out, OK("{\"Payload\":\"e30=\"}")); \
  if (is("executor.http_request")) return reply(out, OK("{\"StatusCode\":200}"));                        \
  if (is("executor.execute_stream")) {                                                                   \
    const char *id = member(request, len, "stream_id");                                                  \
    ON_STREAM();                                                                                         \
  }
static void emit(const char *id);
#include "good.h"

/* Gives the host one piece of a stream. */
static void emit(const char *id) {
  char question[256];
  snprintf(question, sizeof question, "{\"stream_id\":\"%s\",\"payload\":\"aGk=\"}", id);
  ask_host("host.stream.emit", question);
}
