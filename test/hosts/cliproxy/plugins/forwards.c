/* An executor that passes requests on: to a model of the host, or to a page that it reads piece by piece. */
#define CAPABILITIES \
  "{\"executor\":true,\"executor_input_formats\":[\"openai\"],\"executor_output_formats\":[\"openai\"]}"
#define ON_CALL()                                                                        \
  if (!strcmp(method, "executor.execute")) return execute(request, len, out);            \
  if (!strcmp(method, "executor.count_tokens")) return reply(out, OK("{\"payload\":\"YQ==\"}")); \
  if (!strcmp(method, "executor.execute_stream")) return stream(request, len, out)
static int execute(const unsigned char *request, unsigned long len, void *out);
static int stream(const unsigned char *request, unsigned long len, void *out);
#include "plugin.h"

static char id[32];

static void *forward(void *unused) {
  char body[256];
  free(ask_host("host.model.execute_stream", "{\"model\":\"gpt-5\",\"stream\":true}"));
  for (;;) {
    char *piece = ask_host("host.model.stream_read", "{\"stream_id\":\"1\"}"), payload[128];
    member((const uint8_t *)piece, strlen(piece), "payload", payload, sizeof payload);
    int done = strstr(piece, "\"done\":true") != NULL;
    free(piece);
    if (done) break;
    sprintf(body, "{\"stream_id\":\"%s\",\"payload\":\"%s\"}", id, payload);
    free(ask_host("host.stream.emit", body));
  }
  sprintf(body, "{\"stream_id\":\"%s\"}", id);
  free(ask_host("host.stream.close", body));
  return NULL;
}

static int stream(const unsigned char *request, unsigned long len, void *out) {
  pthread_t thread;
  member(request, len, "stream_id", id, sizeof id);
  pthread_create(&thread, NULL, forward, NULL);
  pthread_detach(thread);
  return reply(out, OK("{\"headers\":{}}"));
}

static int execute(const unsigned char *request, unsigned long len, void *out) {
  char url[256], body[512];
  member(request, len, "Alt", url, sizeof url);
  sprintf(body, "{\"url\":\"%s\"}", *url ? url : "https://page.test/");
  char *page = ask_host("host.http.do", body);
  int code = reply_body(out, "Payload", page, strlen(page));
  free(page);
  return code;
}
