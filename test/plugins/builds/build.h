/* What the plugins of the build tests share, on top of the good plugin without an SDK: steps, events and commands
 * are dispatched by the macros ON_STEP, ON_EVENT and ON_COMMAND, and small helpers ask the host. */
#ifdef ON_STEP
static int on_step(const unsigned char *request, unsigned long len, void *slot);
#endif
#ifdef ON_EVENT
static int on_event(const unsigned char *request, unsigned long len, void *slot);
#endif
#ifdef ON_COMMAND
static int on_command(const unsigned char *request, unsigned long len, void *slot);
#endif
#define STEP_SHAPE \
  "{step:{key:s,runner:s,args:o},run_id:s,step_id:s,workspace_archive_id:s,env:{*:s},workdir:s,cache:"
static int is_step(const unsigned char *request, unsigned long len);
static int is_event(const unsigned char *request, unsigned long len);
#ifdef ON_STEP
#define IF_STEP()                                                                                        \
  if (!strcmp(method, "step.execute")) {                                                                 \
    if (!registered) return reply(out, ERROR("not_registered", "plugin.register comes first"));         \
    CHECK(STEP_SHAPE "{kind:s}}");                                                                        \
    if (!is_step(request, len)) return reply(out, ERROR("invalid_request", "no such decision"));         \
    return on_step(request, len, out);                                                                   \
  }
#else
#define IF_STEP()
#endif
#ifdef ON_EVENT
#define IF_EVENT()                                                                               \
  if (!strcmp(method, "lifecycle.event")) {                                                      \
    if (!registered) return reply(out, ERROR("not_registered", "plugin.register comes first")); \
    CHECK("{event:{kind:s},phase:s}");                                                           \
    if (!is_event(request, len)) return reply(out, ERROR("invalid_request", "no such event"));   \
    return on_event(request, len, out);                                                          \
  }
#else
#define IF_EVENT()
#endif
#ifdef ON_COMMAND
#define IF_COMMAND()                                                                             \
  if (!strcmp(method, "command.run")) {                                                          \
    if (!registered) return reply(out, ERROR("not_registered", "plugin.register comes first")); \
    CHECK("{verb_path:[s],args:o,env:{*:s}}");                                                   \
    return on_command(request, len, out);                                                        \
  }
#else
#define IF_COMMAND()
#endif
#define ON_UNKNOWN()                                              \
  do {                                                            \
    IF_STEP()                                                     \
    IF_EVENT()                                                    \
    IF_COMMAND()                                                  \
    return reply(out, ERROR("unknown_method", "no such method")); \
  } while (0)
/* None of these plugins has hooks. */
#define ON_HOOK() return reply(out, ERROR("unknown_method", "no such method"))
#include "good.h"
#include <pthread.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

/* Base64 of some bytes; to be freed. */
UNUSED static char *base64(const void *bytes, size_t len) {
  static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const unsigned char *in = bytes;
  char *text = malloc((len + 2) / 3 * 4 + 1), *to = text;
  if (!text) return NULL;
  for (size_t at = 0; at < len; at += 3) {
    unsigned part = in[at] << 16 | (at + 1 < len ? in[at + 1] << 8 : 0) | (at + 2 < len ? in[at + 2] : 0);
    for (int six = 0; six < 4; six++) to[six] = six > (int)(len - at) ? '=' : set[part >> (18 - 6 * six) & 63];
    to += 4;
  }
  *to = 0;
  return text;
}

/* The text of `"NAME":"…"` in a request, without escapes; empty when it is not there. */
UNUSED static void text_of(const char *request, const char *name, char *to, size_t room) {
  char pattern[64];
  snprintf(pattern, sizeof pattern, "\"%s\":\"", name);
  const char *at = strstr(request, pattern);
  size_t len = at ? strcspn(at + strlen(pattern), "\"\\") : 0;
  if (len >= room) len = room - 1;
  memcpy(to, at ? at + strlen(pattern) : "", len);
  to[len] = 0;
}

/* The kind of a decision or an event decides what else it has to hold. */
UNUSED static int is_kind(const unsigned char *request, unsigned long len, const char *(*shape)(const char *kind)) {
  char *words = strndup((const char *)request, len), kind[64];
  if (!words) return 0;
  text_of(words, "kind", kind, sizeof kind);
  free(words);
  const char *found = shape(kind);
  return found && is_request(request, len, found);
}

UNUSED static const char *step_shape(const char *kind) {
  if (!strcmp(kind, "miss_no_commit")) return STEP_SHAPE "{kind:s}}";
  if (!strcmp(kind, "hit") || !strcmp(kind, "miss_build_as")) return STEP_SHAPE "{kind:s,tag:s}}";
  return NULL;
}

UNUSED static const char *event_shape(const char *kind) {
#define EVENT(rest) "{event:{kind:s,build_id:s" rest "},phase:s}"
#define OF_STEP(rest) EVENT(",step_id:s,key:s" rest)
  if (!strcmp(kind, "build_start")) return EVENT(",steps:u");
  if (!strcmp(kind, "build_end")) return EVENT(",exit_code:i,duration_ms:U");
  if (!strcmp(kind, "step_queued") || !strcmp(kind, "step_start")) return OF_STEP(",runner:s");
  if (!strcmp(kind, "step_log")) return OF_STEP(",stream:s,data:s");
  if (!strcmp(kind, "step_cache_hit")) return OF_STEP(",tag:s");
  if (!strcmp(kind, "step_end")) return OF_STEP(",exit_code:i,duration_ms:U");
  if (!strcmp(kind, "chain_failed")) return OF_STEP(",message:s");
  return "{event:{kind:s},phase:s}";
}

UNUSED static int is_step(const unsigned char *request, unsigned long len) { return is_kind(request, len, step_shape); }

UNUSED static int is_event(const unsigned char *request, unsigned long len) {
  char *words = strndup((const char *)request, len), phase[16], stream[16];
  if (!words) return 0;
  text_of(words, "phase", phase, sizeof phase), text_of(words, "stream", stream, sizeof stream);
  free(words);
  if (strcmp(phase, "before") && strcmp(phase, "after")) return 0;
  if (*stream && strcmp(stream, "stdout") && strcmp(stream, "stderr")) return 0;
  return is_kind(request, len, event_shape);
}

/* Asks the host and hands out its answer, to be freed; NULL when there is none. */
UNUSED static char *answer_of(const char *method, const char *request) {
  cpex_buffer answer = {0};
  int code = host->call(host->host_ctx, method, (const uint8_t *)request, strlen(request), &answer);
  char *text = code == 0 && answer.ptr ? strndup(answer.ptr, answer.len) : NULL;
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
  return text;
}

UNUSED static int is_ok(char *answer, const char *part) {
  int ok = answer && !strncmp(answer, "{\"ok\":true", 10) && (!part || strstr(answer, part));
  free(answer);
  return ok;
}

UNUSED static int kv_set(const char *scope, const char *key, const void *value, size_t len) {
  char *encoded = base64(value, len), *request = NULL;
  int ok = encoded && asprintf(&request, "{\"scope\":\"%s\",\"key\":\"%s\",\"value\":\"%s\"}", scope, key, encoded) > 0 &&
           is_ok(answer_of("host.kv.set", request), NULL);
  free(encoded), free(request);
  return ok;
}

/* Whether the host has exactly this value under a key; `NULL` asks that it has none. */
UNUSED static int kv_has(const char *scope, const char *key, const char *value) {
  char request[256], part[512] = "\"found\":false", *encoded = value ? base64(value, strlen(value)) : NULL;
  snprintf(request, sizeof request, "{\"scope\":\"%s\",\"key\":\"%s\"}", scope, key);
  if (encoded) snprintf(part, sizeof part, "\"value\":\"%s\"", encoded);
  free(encoded);
  return is_ok(answer_of("host.kv.get", request), part);
}

/* The whole number that is stored under a key of the plugin; 0 when there is none. */
UNUSED static long kv_count(const char *key) {
  char request[256];
  snprintf(request, sizeof request, "{\"scope\":\"plugin\",\"key\":\"%s\"}", key);
  char *answer = answer_of("host.kv.get", request), *at = answer ? strstr(answer, "\"value\":\"") : NULL;
  char text[32] = {0};
  unsigned bits = 0, held = 0, len = 0;
  for (at = at ? at + 9 : ""; *at && *at != '"' && *at != '='; at++) {
    const char *set = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", *found = strchr(set, *at);
    held = held << 6 | (unsigned)(found - set), bits += 6;
    if (bits >= 8 && len < sizeof text - 1) bits -= 8, text[len++] = (char)(held >> bits);
  }
  free(answer);
  return atol(text);
}

UNUSED static void step_log(const char *stream, const char *text) {
  char *encoded = base64(text, strlen(text)), *request = NULL;
  if (encoded && asprintf(&request, "{\"stream\":\"%s\",\"data\":\"%s\"}", stream, encoded) > 0)
    free(answer_of("host.step.log", request));
  free(encoded), free(request);
}
