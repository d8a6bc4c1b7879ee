/* Opens a stream of its host, reads one piece and forgets it. */
#define ON_INTERCEPT() return look(request, len), reply(out, OK("{}"))
static void look(const unsigned char *request, unsigned long len);
#include "good.h"
static void look(const unsigned char *request, unsigned long len) {
  static const char start[] = "{\"request\":{\"method\":\"GET\",\"url\":\"https://api.example.org/stream\"}}";
  cliproxy_buffer answer = {0};
  char read[64] = {0}, id[16] = {0};
  (void)request, (void)len;
  host->call(host->host_ctx, "host.http.do_stream", (const uint8_t *)start, sizeof start - 1, &answer);
  if (answer.ptr) snprintf(id, sizeof id, "%s", member(answer.ptr, answer.len, "stream_id"));
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
  snprintf(read, sizeof read, "{\"stream_id\":\"%s\"}", id);
  ask_host("host.http.stream_read", read);
}
