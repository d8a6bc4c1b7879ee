/* Passes on what its host says, without a look at it. */
#define ON_HOOK() return relay(out)
static int relay(void *out);
#include "../good.h"
static int relay(void *slot) {
  static const char request[] = "{\"level\":\"info\",\"message\":\"hello\"}";
  cpex_buffer answer = {0};
  char *text;
  host->call(host->host_ctx, "host.log", (const uint8_t *)request, sizeof request - 1, &answer);
  text = malloc(answer.len + 100);
  size_t length = (size_t)sprintf(text, "{\"ok\":true,\"result\":{\"continue_processing\":true,\"metadata\":{\"host\":");
  if (answer.len > 0) memcpy(text + length, answer.ptr, answer.len);
  else memcpy(text + length, "{}", 2);
  length += answer.len > 0 ? answer.len : 2;
  memcpy(text + length, "}}}", 3);
  reply_bytes(slot, text, length + 3);
  free(text);
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
  return 0;
}
