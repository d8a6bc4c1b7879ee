/* A good plugin that does as it is told: for each {"ask":"METHOD","with":{…}} in the payload of a hook it asks
 * its host, and its answer holds the request as it came and every reply as it came. The payload's other words:
 * "hang", "segfault", "panic" and "print" do what they say. The command "greet" writes to both streams and
 * exits with the code it is given. */
#define CAPABILITIES                                                                                       \
  "{\"hooks\":[\"tool_pre_invoke\"],\"command\":[{\"verb\":\"greet\",\"about\":\"Says hello.\",\"args\":[" \
  "{\"kind\":\"option\",\"long\":\"code\",\"value_type\":\"int\",\"about\":\"Exit code.\",\"required\":false,\"default\":0}," \
  "{\"kind\":\"flag\",\"long\":\"json\",\"about\":\"A flag that cpex has too.\"}]}]}"
static int on_hook(const unsigned char *request, unsigned long len, void *slot);
static int on_command(const unsigned char *request, unsigned long len, void *slot);
#define ON_HOOK() return on_hook(request, len, out)
#define ON_UNKNOWN()                                                              \
  do {                                                                            \
    if (!strcmp(method, "command.run")) {                                         \
      if (!registered) return reply(out, ERROR("not_registered", "plugin.register comes first")); \
      CHECK(COMMAND_SHAPE);                                                       \
      return on_command(request, len, out);                                       \
    }                                                                             \
    return reply(out, ERROR("unknown_method", "no such method"));                 \
  } while (0)
#include "good.h"
#include <unistd.h>

typedef struct { char *bytes; size_t len, room; int failed; } text;

static void add(text *to, const char *bytes, size_t len) {
  if (to->len + len > to->room) {
    char *more = realloc(to->bytes, 2 * (to->len + len));
    if (!more) to->failed = 1;
    if (to->failed) return;
    to->bytes = more;
    to->room = 2 * (to->len + len);
  }
  memcpy(to->bytes + to->len, bytes, len);
  to->len += len;
}
static void put(text *to, const char *words) { add(to, words, strlen(words)); }

/* The length of the JSON object that starts here. */
static size_t object_length(const char *at) {
  int depth = 0, quoted = 0;
  for (const char *p = at; *p; p++) {
    if (quoted && *p == '\\') p++;
    else if (*p == '"') quoted = !quoted;
    else if (!quoted && *p == '{') depth++;
    else if (!quoted && *p == '}' && --depth == 0) return (size_t)(p - at) + 1;
  }
  return strlen(at);
}

static void ask(text *replies, const char *at) {
  char method[64] = {0}, *body;
  cpex_buffer answer = {0};
  sscanf(at, "\"ask\":\"%63[^\"]", method);
  const char *with = strstr(at, "\"with\":");
  body = with ? strndup(with + 7, object_length(with + 7)) : strdup("{}");
  replies->failed |= !body;
  if (!body) return;
  if (replies->len > 0) put(replies, ",");
  if (host->call(host->host_ctx, method, (const uint8_t *)body, strlen(body), &answer)) put(replies, "null");
  else add(replies, answer.ptr, answer.len);
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
  free(body);
}

static int on_hook(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len);
  text replies = {0}, body = {0};
  int failed = 1;
  if (!words) return *(cpex_buffer *)slot = (cpex_buffer){0}, 1;
  if (strstr(words, "\"hang\"")) for (;;) pause();
  if (strstr(words, "\"segfault\"")) *(volatile int *)0 = 1;
  if (strstr(words, "\"print\"")) puts("printed to stdout"), fputs("printed to stderr\n", stderr), fflush(stdout);
  for (const char *at = words; (at = strstr(at, "\"ask\":\"")); at++) ask(&replies, at);
  put(&body, "{\"ok\":true,\"result\":{\"continue_processing\":true,\"metadata\":{\"request\":");
  put(&body, words);
  put(&body, ",\"replies\":[");
  add(&body, replies.len ? replies.bytes : "", replies.len);
  put(&body, "]}}}");
  if (replies.failed || body.failed) *(cpex_buffer *)slot = (cpex_buffer){0};
  else failed = reply_bytes(slot, body.bytes, body.len);
  free(words), free(replies.bytes), free(body.bytes);
  return failed;
}

static int on_command(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len), result[64];
  if (!words) return *(cpex_buffer *)slot = (cpex_buffer){0}, 1;
  const char *code = strstr(words, "\"code\":");
  ask_host("host.output.write", "{\"stream\":\"stdout\",\"data\":\"aGVsbG8K\"}");
  ask_host("host.output.write", "{\"stream\":\"stderr\",\"data\":\"b29wcwo=\"}");
  snprintf(result, sizeof result, OK("{\"exit_code\":%d}"), code ? atoi(code + 7) : 0);
  free(words);
  return reply(slot, result);
}
