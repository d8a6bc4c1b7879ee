/* A small plugin for CLIProxyAPI without any SDK that does everything right. A test defines one of the
 * macros below and includes this file; everything else stays good. */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
#define METADATA "{\"Name\":\"Plugin\",\"Version\":\"1.0.0\",\"Author\":\"Tests\",\"GitHubRepository\":\"https://github.com/t/p\"}"
#endif
#ifndef CAPABILITIES
#define CAPABILITIES "{\"request_normalizer\":true}"
#endif
#ifndef SCHEMA
#define SCHEMA "1"
#endif
#ifndef REGISTRATION
#define REGISTRATION OK("{\"schema_version\":" SCHEMA ",\"metadata\":" METADATA ",\"capabilities\":" CAPABILITIES "}")
#endif
#ifndef ON_CALL
#define ON_CALL()
#endif
#ifndef ON_REGISTER
#define ON_REGISTER() return reply(out, REGISTRATION)
#endif
#ifndef ON_INIT
#define ON_INIT()
#endif
#ifndef ON_SHUTDOWN
#define ON_SHUTDOWN()
#endif
#ifndef SHUTDOWN
#define SHUTDOWN shut_down
#endif
#ifndef ABI_VERSION
#define ABI_VERSION 1
#endif
#ifndef ENTRY
#define ENTRY cliproxy_plugin_init
#endif

__attribute__((unused)) static int reply_bytes(cliproxy_buffer *out, const void *bytes, size_t len) {
  out->ptr = malloc(len ? len : 1);
  out->len = len;
  if (!out->ptr) return out->len = 0, 1;
  memcpy(out->ptr, bytes, len);
  return 0;
}

__attribute__((unused)) static int reply(cliproxy_buffer *out, const char *text) {
  return reply_bytes(out, text, strlen(text));
}

/* Asks the host and returns its answer as text, to be freed by the caller. */
__attribute__((unused)) static char *ask_host(const char *method, const char *request) {
  cliproxy_buffer answer = {0};
  int code = host->call(host->host_ctx, method, (const uint8_t *)request, strlen(request), &answer);
  char *text = malloc(answer.len + 32);
  if (code != 0) sprintf(text, "code %d", code);
  else {
    memcpy(text, answer.ptr, answer.len);
    text[answer.len] = 0;
  }
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
  return text;
}

/* Standard base64 with padding. */
__attribute__((unused)) static char *base64(const void *data, size_t len) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const unsigned char *in = data;
  char *text = malloc((len + 2) / 3 * 4 + 1), *at = text;
  for (size_t i = 0; i < len; i += 3) {
    unsigned long v = (unsigned long)in[i] << 16;
    if (i + 1 < len) v |= (unsigned long)in[i + 1] << 8;
    if (i + 2 < len) v |= in[i + 2];
    *at++ = digits[v >> 18 & 63];
    *at++ = digits[v >> 12 & 63];
    *at++ = i + 1 < len ? digits[v >> 6 & 63] : '=';
    *at++ = i + 2 < len ? digits[v & 63] : '=';
  }
  *at = 0;
  return text;
}

/* A result whose member holds these bytes. */
__attribute__((unused)) static int reply_body(cliproxy_buffer *out, const char *member, const void *data, size_t len) {
  char *encoded = base64(data, len);
  char *text = malloc(strlen(encoded) + strlen(member) + 64);
  sprintf(text, "{\"ok\":true,\"result\":{\"%s\":\"%s\"}}", member, encoded);
  int code = reply(out, text);
  free(encoded);
  free(text);
  return code;
}

/* The text of a member of a flat JSON request, into `value`; empty where there is none. */
__attribute__((unused)) static void member(const uint8_t *request, size_t len, const char *name, char *value, size_t size) {
  char key[128];
  snprintf(key, sizeof key, "\"%s\":\"", name);
  size_t n = strlen(key), used = 0;
  for (size_t i = 0; i + n <= len; i++) {
    if (memcmp(request + i, key, n)) continue;
    for (i += n; i < len && request[i] != '"' && used + 1 < size; i++) value[used++] = (char)request[i];
    break;
  }
  value[used] = 0;
}

static int call(const char *method, const uint8_t *request, size_t len, cliproxy_buffer *out) {
  (void)request, (void)len;
  ON_CALL();
  if (!strcmp(method, "plugin.register") || !strcmp(method, "plugin.reconfigure")) ON_REGISTER();
  if (!strcmp(method, "request.normalize")) return reply_body(out, "Body", request, len);
  return reply(out, ERROR("unknown_method", "no such method"));
}

static void free_buffer(void *ptr, size_t len) {
  (void)len;
  free(ptr);
}

__attribute__((unused)) static void shut_down(void) { ON_SHUTDOWN(); }

#ifndef FILL
#define FILL()                          \
  do {                                  \
    plugin->abi_version = ABI_VERSION;  \
    plugin->call = call;                \
    plugin->free_buffer = free_buffer;  \
    plugin->shutdown = SHUTDOWN;        \
  } while (0)
#endif

__attribute__((visibility("default"))) int ENTRY(const cliproxy_host_api *api, cliproxy_plugin_api *plugin) {
  host = api;
  (void)call, (void)free_buffer;
  FILL();
  ON_INIT();
  return 0;
}
