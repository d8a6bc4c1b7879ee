/* A small plugin without any SDK that does everything right: one hook, tool_pre_invoke.
 *
 * A broken plugin defines one of the macros below and includes this file; everything else stays
 * good, so that exactly one defect is there to be found. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "strict.h"

typedef struct { void *ptr; size_t len; } cpex_buffer;
typedef struct {
  uint32_t abi_version;
  void *host_ctx;
  int (*call)(void *, const char *, const uint8_t *, size_t, cpex_buffer *);
  void (*free_buffer)(void *, size_t);
} cpex_host_api;
typedef struct {
  uint32_t abi_version;
  int (*call)(const char *, const uint8_t *, size_t, cpex_buffer *);
  void (*free_buffer)(void *, size_t);
  void (*shutdown)(void);
} cpex_plugin_api;

static const cpex_host_api *host;
/* Between the first registration that succeeds and shutdown; threads share it. */
static int registered;

#define OK(result) "{\"ok\":true,\"result\":" result "}"
#define ERROR(code, text) "{\"ok\":false,\"error\":{\"code\":\"" code "\",\"message\":\"" text "\"}}"

#ifndef METADATA
#define METADATA "{\"id\":\"plugin\",\"name\":\"Plugin\",\"version\":\"1.0.0\",\"author\":\"Tests\"}"
#endif
#ifndef CAPABILITIES
#define CAPABILITIES "{\"hooks\":[\"tool_pre_invoke\"]}"
#endif
#ifndef REGISTRATION
#define REGISTRATION OK("{\"schema_version\":1,\"metadata\":" METADATA ",\"capabilities\":" CAPABILITIES "}")
#endif
#ifndef ON_HOOK
#define ON_HOOK() return reply(out, OK("{\"continue_processing\":true}"))
#endif
#ifndef ON_REGISTER
#define ON_REGISTER() return reply(out, REGISTRATION)
#endif
#ifndef ON_RECONFIGURE
#define ON_RECONFIGURE() return reply(out, OK("{}"))
#endif
#ifndef ON_UNKNOWN
#define ON_UNKNOWN() return reply(out, ERROR("unknown_method", "no such method"))
#endif
/* Where replies come from, and how the block `ptr` goes back. */
#ifndef ALLOCATE
#define ALLOCATE(len) malloc(len)
#endif
#ifndef ON_FREE
#define ON_FREE() free(ptr)
#endif
/* What the entry says to a host that calls it wrongly, and to one that it does not know. */
#ifndef ON_NO_TABLES
#define ON_NO_TABLES() return 1
#endif
#ifndef ON_OTHER_HOST
#define ON_OTHER_HOST() return 1
#endif
#ifndef ON_INIT
#define ON_INIT()
#endif
#ifndef ON_SHUTDOWN
#define ON_SHUTDOWN()
#endif
/* What is done with a request before anybody looks at it; a plugin that reads badly defines it as nothing. */
#ifndef CHECK
#define CHECK(shape) \
  if (!is_request(request, len, shape)) return reply(out, ERROR("invalid_request", "the body is not what the method takes"))
#endif
/* How the text of a reply becomes its bytes. */
#ifndef ENCODE
#define ENCODE() return reply_bytes(out, text, strlen(text))
#endif
#ifndef REFUSE_NULL
#define REFUSE_NULL() if (!method || !out) return 1
#endif
#define REGISTER_SHAPE                                                    \
  "{host:{name:s,version:s,features:[s]},schema_version:u,config:o,"      \
  "limits:{max_request_bytes:U,max_response_bytes:U}}"
#define HOOK_SHAPE "{hook:s,payload:*,extensions:o,context:{request_id:s,local_state:o,global_state:o}}"
#define COMMAND_SHAPE "{verb_path:[s],args:o,env:{*:s}}"
#ifndef ABI_VERSION
#define ABI_VERSION 1
#endif
#ifndef ENTRY
#define ENTRY cpex_plugin_init
#endif

__attribute__((unused)) static int reply_bytes(cpex_buffer *out, const void *bytes, size_t len) {
  out->ptr = ALLOCATE(len);
  out->len = len;
  if (!out->ptr) return out->len = 0, 1;
  memcpy(out->ptr, bytes, len);
  return 0;
}

__attribute__((unused)) static int reply(cpex_buffer *out, const char *text) {
  ENCODE();
}

__attribute__((unused)) static int ask_host(const char *method, const char *request) {
  cpex_buffer answer = {0};
  int code = host->call(host->host_ctx, method, (const uint8_t *)request, strlen(request), &answer);
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
  return code;
}

static int call(const char *method, const uint8_t *request, size_t len, cpex_buffer *out) {
  (void)request, (void)len;
  REFUSE_NULL();
  if (!strcmp(method, "plugin.register")) {
    CHECK(REGISTER_SHAPE);
    __atomic_store_n(&registered, 1, __ATOMIC_RELEASE);
    ON_REGISTER();
  }
  if (!strcmp(method, "hook.invoke")) {
    if (!__atomic_load_n(&registered, __ATOMIC_ACQUIRE)) return reply(out, ERROR("not_registered", "plugin.register comes first"));
    CHECK(HOOK_SHAPE);
    ON_HOOK();
  }
  if (!strcmp(method, "plugin.reconfigure")) {
    CHECK("{config:o}");
    ON_RECONFIGURE();
  }
  if (!strcmp(method, "plugin.quiesce")) {
    CHECK("{}");
    return reply(out, OK("{}"));
  }
  ON_UNKNOWN();
}

static void free_buffer(void *ptr, size_t len) {
  (void)len;
  ON_FREE();
}

static void shut_down(void) {
  __atomic_store_n(&registered, 0, __ATOMIC_RELEASE);
  ON_SHUTDOWN();
}

#ifndef FILL
#define FILL()                          \
  do {                                  \
    plugin->abi_version = ABI_VERSION;  \
    plugin->call = call;                \
    plugin->free_buffer = free_buffer;  \
    plugin->shutdown = shut_down;       \
  } while (0)
#endif

__attribute__((visibility("default"))) int ENTRY(const cpex_host_api *api, cpex_plugin_api *plugin) {
  (void)call, (void)free_buffer, (void)shut_down;
  if (!api || !plugin) ON_NO_TABLES();
  host = api;
  ON_INIT();
  FILL();
  if (api->abi_version != 1) ON_OTHER_HOST();
  return 0;
}
