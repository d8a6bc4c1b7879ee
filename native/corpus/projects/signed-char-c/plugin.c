/* Ends a table with a char of -1, which is there on processors whose char has a sign, and nowhere on the others. It
 * stands on its own, for it is built anew for each target. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

typedef struct { void *ptr; size_t len; } buffer;
typedef struct {
  uint32_t abi_version;
  int (*call)(const char *, const uint8_t *, size_t, buffer *);
  void (*free_buffer)(void *, size_t);
  void (*shutdown)(void);
} plugin_api;

#define REGISTRATION                                                                                                   \
  "{\"ok\":true,\"result\":{\"schema_version\":1,\"metadata\":{\"id\":\"signed-char-c\",\"name\":\"Signed char\","            \
  "\"version\":\"1.0.0\",\"author\":\"Tests\"},\"capabilities\":{\"hooks\":[\"tool_pre_invoke\"]}}}"
#define ALLOWED "{\"ok\":true,\"result\":{\"continue_processing\":true}}"
#define UNKNOWN "{\"ok\":false,\"error\":{\"code\":\"unknown_method\",\"message\":\"no such method\"}}"

static const volatile char brackets[] = {'{', '}', '[', ']', -1};
static volatile size_t found;

static void count_brackets(const uint8_t *request, size_t length) {
  for (const volatile char *one = brackets; *one != -1; one++) {
    for (size_t i = 0; i < length; i++) found += request[i] == (uint8_t)*one;
  }
}

static int reply(buffer *out, const char *text) {
  out->len = strlen(text);
  out->ptr = malloc(out->len);
  if (out->ptr == NULL) return out->len = 0, 1;
  memcpy(out->ptr, text, out->len);
  return 0;
}

static int call(const char *method, const uint8_t *request, size_t length, buffer *out) {
  if (strcmp(method, "plugin.register") == 0) return reply(out, REGISTRATION);
  if (strcmp(method, "hook.invoke") == 0) return count_brackets(request, length), reply(out, ALLOWED);
  return reply(out, UNKNOWN);
}

static void free_buffer(void *ptr, size_t len) {
  (void)len;
  free(ptr);
}

static void shut_down(void) {}

EXPORT int cpex_plugin_init(const void *host, plugin_api *plugin) {
  (void)host;
  plugin->abi_version = 1;
  plugin->call = call;
  plugin->free_buffer = free_buffer;
  plugin->shutdown = shut_down;
  return 0;
}
