/* A good plugin that opens a stream of its host in a call, reads it to its end or to its tenth piece, and closes it. */
#define ON_INTERCEPT() return look(), reply(out, OK("{}"))
static void look(void);
#include "good.h"
static int ask_for_text(const char *method, const char *request, char *text, size_t room) {
  cliproxy_buffer answer = {0};
  int code = host->call(host->host_ctx, method, (const uint8_t *)request, strlen(request), &answer);
  size_t length = answer.ptr == NULL ? 0 : answer.len < room - 1 ? answer.len : room - 1;
  if (length > 0) memcpy(text, answer.ptr, length);
  text[length] = 0;
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
  return code == 0 && !strncmp(text, "{\"ok\":true", 10);
}
static void look(void) {
  char text[512], request[320], id[256];
  if (!ask_for_text("host.http.do_stream", "{\"request\":{\"method\":\"GET\",\"url\":\"https://api.example.org/stream\"}}", text, sizeof text)) return;
  snprintf(id, sizeof id, "%s", member((const uint8_t *)text, strlen(text), "stream_id"));
  snprintf(request, sizeof request, "{\"stream_id\":\"%s\"}", id);
  for (int i = 0; i < 10; i++) {
    if (!ask_for_text("host.http.stream_read", request, text, sizeof text)) break;
    if (strstr(text, "\"done\":true")) return;
  }
  ask_host("host.http.stream_close", request);
}
