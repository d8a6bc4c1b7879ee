/* Dies of a body that begins with four certain bytes. Whoever guesses needs billions of tries; a fuzzer that sees what is
 * compared needs few. It stands on its own, for it is built anew by that fuzzer. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { void *ptr; size_t len; } buffer;
typedef struct {
  uint32_t abi_version;
  int (*call)(const char *, const uint8_t *, size_t, buffer *);
  void (*free_buffer)(void *, size_t);
  void (*shutdown)(void);
} plugin_api;

#define REGISTRATION                                                                                                   \
  "{\"ok\":true,\"result\":{\"schema_version\":1,\"metadata\":{\"id\":\"locked-c\",\"name\":\"Locked\","               \
  "\"version\":\"1.0.0\",\"author\":\"Tests\"},\"capabilities\":{\"hooks\":[\"tool_pre_invoke\"]}}}"
#define ALLOWED "{\"ok\":true,\"result\":{\"continue_processing\":true}}"
#define UNKNOWN "{\"ok\":false,\"error\":{\"code\":\"unknown_method\",\"message\":\"no such method\"}}"

static int reply(buffer *out, const char *text) {
  out->len = strlen(text);
  out->ptr = malloc(out->len);
  if (out->ptr == NULL) return out->len = 0, 1;
  memcpy(out->ptr, text, out->len);
  return 0;
}

static void unlock(const uint8_t *request, size_t length) {
  uint32_t key;
  if (length < sizeof key) return;
  memcpy(&key, request, sizeof key);
  if (key == 0xe7088b1f) abort();
}

static int call(const char *method, const uint8_t *request, size_t length, buffer *out) {
  if (strcmp(method, "plugin.register") == 0) return reply(out, REGISTRATION);
  if (strcmp(method, "hook.invoke") == 0) {
    unlock(request, length);
    return reply(out, ALLOWED);
  }
  return reply(out, UNKNOWN);
}

static void free_buffer(void *ptr, size_t length) {
  (void)length;
  free(ptr);
}

static void shut_down(void) {}

__attribute__((visibility("default"))) int cpex_plugin_init(const void *host, plugin_api *plugin) {
  if (host == NULL || plugin == NULL) return 1;
  *plugin = (plugin_api){1, call, free_buffer, shut_down};
  return 0;
}
