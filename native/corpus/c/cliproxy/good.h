/* A small plugin for CLIProxyAPI without any SDK that does everything right: it intercepts requests.
 *
 * A broken plugin defines some of the macros below and includes this file; everything else stays
 * good, so that exactly one defect is there to be found. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { void *ptr; size_t len; } cliproxy_buffer;
typedef struct {
  uint32_t abi_version;
  void *host_ctx;
  int (*call)(void *, const char *, const uint8_t *, size_t, cliproxy_buffer *);
  void (*free_buffer)(void *, size_t);
} cliproxy_host_api;
typedef struct {
  uint32_t abi_version;
  int (*call)(const char *, const uint8_t *, size_t, cliproxy_buffer *);
  void (*free_buffer)(void *, size_t);
  void (*shutdown)(void);
} cliproxy_plugin_api;

static const cliproxy_host_api *host;

#define OK(result) "{\"ok\":true,\"result\":" result "}"
#define ERROR(code, text) "{\"ok\":false,\"error\":{\"code\":\"" code "\",\"message\":\"" text "\"}}"

#ifndef METADATA
#define METADATA                                                       \
  "{\"Name\":\"plugin\",\"Version\":\"1.0.0\",\"Author\":\"Tests\","   \
  "\"GitHubRepository\":\"https://github.com/tests/plugin\"}"
#endif
#ifndef CAPABILITIES
#define CAPABILITIES "{\"request_interceptor\":true}"
#endif
#ifndef SCHEMA_VERSION
#define SCHEMA_VERSION "1"
#endif
#define REGISTRATION \
  OK("{\"schema_version\":" SCHEMA_VERSION ",\"metadata\":" METADATA ",\"capabilities\":" CAPABILITIES "}")
#ifndef ON_REGISTER
#define ON_REGISTER() return reply(out, REGISTRATION)
#endif
#ifndef ON_RECONFIGURE
#define ON_RECONFIGURE() return reply(out, REGISTRATION)
#endif
#ifndef ON_INTERCEPT
#define ON_INTERCEPT() return reply(out, OK("{}"))
#endif
/* Answers further methods: `if (is("auth.identifier")) return reply(out, …);` */
#ifndef ON_OTHER
#define ON_OTHER()
#endif
#ifndef ON_UNKNOWN
#define ON_UNKNOWN() return reply(out, ERROR("unknown_method", "no such method"))
#endif
#ifndef ABI_VERSION
#define ABI_VERSION 1
#endif
#ifndef ENTRY
#define ENTRY cliproxy_plugin_init
#endif
#ifndef INIT_RESULT
#define INIT_RESULT 0
#endif
#ifndef FREE_BUFFER
#define FREE_BUFFER free_buffer
#endif
#ifndef SHUTDOWN
#define SHUTDOWN shut_down
#endif

#define is(name) (!strcmp(method, name))

__attribute__((unused)) static int reply_bytes(cliproxy_buffer *out, const void *bytes, size_t len) {
  out->ptr = malloc(len);
  out->len = len;
  if (!out->ptr) return out->len = 0, 1;
  memcpy(out->ptr, bytes, len);
  return 0;
}

__attribute__((unused)) static int reply(cliproxy_buffer *out, const char *text) {
  return reply_bytes(out, text, strlen(text));
}

__attribute__((unused)) static int ask_host(const char *method, const char *request) {
  cliproxy_buffer answer = {0};
  int code = host->call(host->host_ctx, method, (const uint8_t *)request, strlen(request), &answer);
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
  return code;
}

/* The text of a string member of a flat JSON object, without escapes; empty when it is not there. */
__attribute__((unused)) static const char *member(const uint8_t *request, size_t len, const char *key) {
  static _Thread_local char text[256];
  char quoted[64];
  text[0] = 0;
  snprintf(quoted, sizeof quoted, "\"%s\":\"", key);
  for (size_t i = 0; i + strlen(quoted) < len; i++) {
    if (memcmp(request + i, quoted, strlen(quoted))) continue;
    size_t n = 0;
    for (i += strlen(quoted); i < len && request[i] != '"' && n + 1 < sizeof text; i++) text[n++] = (char)request[i];
    text[n] = 0;
    break;
  }
  return text;
}

static int call(const char *method, const uint8_t *request, size_t len, cliproxy_buffer *out) {
  (void)request, (void)len;
  if (!method || !out) return 1;
  if (is("plugin.register")) ON_REGISTER();
  if (is("plugin.reconfigure")) ON_RECONFIGURE();
  if (is("request.intercept_before") || is("request.intercept_after")) ON_INTERCEPT();
  ON_OTHER();
  ON_UNKNOWN();
}

__attribute__((unused)) static void free_buffer(void *ptr, size_t len) {
  (void)len;
  free(ptr);
}

__attribute__((unused)) static void shut_down(void) {}

__attribute__((visibility("default"))) int ENTRY(const cliproxy_host_api *api, cliproxy_plugin_api *plugin) {
  if (!api || !plugin) return 1;
  host = api;
  plugin->abi_version = ABI_VERSION;
  plugin->call = call;
  plugin->free_buffer = FREE_BUFFER;
  plugin->shutdown = SHUTDOWN;
  return INIT_RESULT;
}
