/* Errors that show in no answer: a byte too far, a number too large, a value that nobody wrote, a counter without a lock.
 * It stands on its own, for it is built anew with each sanitizer. */
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
  "{\"ok\":true,\"result\":{\"schema_version\":1,\"metadata\":{\"id\":\"careless-c\",\"name\":\"Careless\","           \
  "\"version\":\"1.0.0\",\"author\":\"Tests\"},\"capabilities\":{\"hooks\":[\"tool_pre_invoke\"]}}}"
#define ALLOWED "{\"ok\":true,\"result\":{\"continue_processing\":true}}"
#define UNKNOWN "{\"ok\":false,\"error\":{\"code\":\"unknown_method\",\"message\":\"no such method\"}}"

static volatile int kept;
static unsigned calls; /* the race */

static void read_too_far(const uint8_t *request, size_t length) {
  char *copy = malloc(length + 1);
  if (copy == NULL) return;
  memcpy(copy, request, length);
  copy[length] = 0;
  kept = copy[length + 1];
  free(copy);
}

static void count_too_far(size_t length) {
  int sum = 0x7fffff00;
  for (int i = 0; i < 0x200; i++) sum += 1 + (int)(length & 1);
  kept = sum;
}

static void read_unwritten(void) {
  char *fresh = malloc(64);
  if (fresh == NULL) return;
  if (((volatile char *)fresh)[7] == 42) kept++;
  free(fresh);
}

static int reply(buffer *out, const char *text) {
  out->len = strlen(text);
  out->ptr = malloc(out->len);
  if (out->ptr == NULL) return out->len = 0, 1;
  memcpy(out->ptr, text, out->len);
  return 0;
}

static int call(const char *method, const uint8_t *request, size_t length, buffer *out) {
  for (int i = 0; i < 200; i++) calls++;
  if (strcmp(method, "plugin.register") == 0) return reply(out, REGISTRATION);
  if (strcmp(method, "hook.invoke") == 0) {
    read_too_far(request, length);
    count_too_far(length);
    read_unwritten();
    return reply(out, ALLOWED);
  }
  if (strcmp(method, "plugin.reconfigure") == 0 || strcmp(method, "plugin.quiesce") == 0) {
    return reply(out, "{\"ok\":true,\"result\":{}}");
  }
  return reply(out, UNKNOWN);
}

static void release(void *block, size_t length) {
  (void)length;
  free(block);
}

static void shut_down(void) {}

__attribute__((visibility("default"))) int cpex_plugin_init(const void *host, plugin_api *plugin) {
  (void)host;
  *plugin = (plugin_api){1, call, release, shut_down};
  return 0;
}
