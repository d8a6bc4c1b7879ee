/*
 * Lets the first, second, third … allocation fail, one per round, until a round needs none of
 * the failures, and checks that no round crashes, leaks or lies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpex_abi.h"
#include "cpex_json.h"
#if !defined(CLIPROXY)
#include "cpex_msgpack.h"
#endif

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *ptr, size_t size);
void __real_free(void *ptr);

static long until_failure = -1;
static long live;

static int fails(void) { return until_failure >= 0 && until_failure-- == 0; }

void *__wrap_malloc(size_t size) {
  if (fails()) return NULL;
  live++;
  return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  if (fails()) return NULL;
  live++;
  return __real_calloc(count, size);
}

void *__wrap_realloc(void *ptr, size_t size) {
  if (fails()) return NULL;
  if (ptr == NULL) live++;
  return __real_realloc(ptr, size);
}

void __wrap_free(void *ptr) {
  if (ptr != NULL) live--;
  __real_free(ptr);
}

#if defined(CLIPROXY)
static const char *host_answer = "{\"ok\":true,\"result\":{\"StatusCode\":200,\"Headers\":{\"a\":[\"b\"]},\"Body\":\"dg==\",\"status_code\":200,"
                                 "\"stream_id\":\"8\",\"payload\":\"dg==\",\"files\":[{\"name\":\"a.json\","
                                 "\"modtime\":\"2026-08-12T01:30:00.25+02:00\"}]}}";
#else
static const char *host_answer = "{\"ok\":true,\"result\":{\"found\":true,\"value\":\"dg==\",\"content\":\"dg==\",\"keys\":[\"a\",\"b\"],"
                                 "\"deleted\":true,\"cancelled\":false,\"status\":200,\"headers\":{\"a\":[\"b\"]},\"body\":\"\"}}";
#endif

static int host_call(void *ctx, const char *method, const uint8_t *request, size_t len, cpex_buffer *response) {
  (void)ctx, (void)method, (void)request, (void)len;
  response->len = strlen(host_answer);
  response->ptr = __real_malloc(response->len);
  memcpy(response->ptr, host_answer, response->len);
  return 0;
}

static void host_free(void *ptr, size_t len) {
  (void)len;
  __real_free(ptr);
}

static const cpex_host_api host = {CPEX_ABI_VERSION, NULL, host_call, host_free};
static cpex_plugin_api plugin;

/* True when the reply is what a failed allocation may look like, or a success. */
static int call(const char *method, const char *body) {
  cpex_buffer reply = {(void *)&reply, 99};
  int status = plugin.call(method, (const uint8_t *)body, strlen(body), &reply);
  if (reply.ptr == NULL) return status != 0 && reply.len == 0;
  int ok = reply.len > 10 && memcmp(reply.ptr, "{\"ok\":true", 10) == 0;
  int refused = reply.len > 10 && memcmp(reply.ptr, "{\"ok\":fals", 10) == 0;
  plugin.free_buffer(reply.ptr, reply.len);
  return status == 0 ? ok || refused : refused;
}

static int round_trip(void) {
  static const char text[] = "{\"a\":[1,\"\\u00e9\",{\"b\":null}],\"k1\":1,\"k2\":1,\"k3\":1,\"k4\":1,\"k5\":1,\"k6\":1,\"k7\":1,"
                             "\"k8\":1,\"k9\":1,\"k10\":1,\"k11\":1,\"k12\":1,\"k13\":1}";
  cpex_arena arena = {0};
  cpex_json_output output = {0};
  cpex_json *value = cpex_json_read(&arena, cpex_bytes_of(cpex_text(text)), NULL, NULL);
  cpex_json *copy = cpex_json_copy(&arena, value);
  cpex_json_set(&arena, copy, cpex_text("new"), cpex_json_new_double(&arena, 0.1));
  cpex_json_append(&arena, copy == NULL ? NULL : cpex_json_new_array(&arena), cpex_json_get(copy, cpex_text("a")));
  for (int i = 0; i < 300; i++) cpex_format(&arena, "%d %s", i, text);
  int fine = cpex_json_write(&output, copy) ? arena.failure != NULL || output.len > 100 : arena.failure != NULL || output.error != NULL;
  cpex_json_output_release(&output);
  cpex_arena_release(&arena);
  return fine;
}

#if !defined(CLIPROXY)
/* The same call in MessagePack, which is made of its JSON while no allocation fails. */
static int call_packed(const char *method, const char *json) {
  long saved = until_failure;
  cpex_arena arena = {0};
  cpex_json_output body = {0};
  until_failure = -1;
  cpex_msgpack_write(&body, cpex_json_read(&arena, cpex_bytes_of(cpex_text(json)), NULL, NULL));
  until_failure = saved;
  cpex_buffer reply = {(void *)&reply, 99};
  int status = plugin.call(method, (const uint8_t *)body.ptr, body.len, &reply);
  saved = until_failure;
  until_failure = -1;
  const unsigned char *start = reply.ptr;
  int fine = start == NULL ? status != 0 && reply.len == 0
                           : reply.len > 5 && memcmp(start, "\x82\xa2ok", 4) == 0 && (status == 0 || start[4] == 0xc2);
  plugin.free_buffer(reply.ptr, reply.len);
  cpex_json_output_release(&body);
  cpex_arena_release(&arena);
  until_failure = saved;
  return fine;
}
#endif

#if defined(CLIPROXY)
static int one_round(void) {
  static const char registration[] = "{\"config_yaml\":\"ZW5hYmxlZDogdHJ1ZQo=\",\"schema_version\":3}";
  static const char request[] = "{\"Model\":\"%s\",\"Headers\":{\"X-Old\":[\"1\"],\"\\ud800\":[\"\\udc00\"]},\"Body\":\"e30=\","
                                "\"Metadata\":{\"a\":1,\"a\":{\"b\":[2]}},\"host_callback_id\":\"1\"}";
  static const char *const models[] = {"x", "change", "end", "fail", "config", "log", "http", "stream", "auth", "metadata"};
  char body[512];
  int fine = round_trip();
  if (CPEX_ENTRY(&host, &plugin) != 0) return 0;
  fine = fine && call("plugin.register", registration);
  fine = fine && call("plugin.reconfigure", registration);
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    snprintf(body, sizeof body, request, models[i]);
    fine = fine && call("request.intercept_before", body);
  }
  fine = fine && call("executor.identifier", "{}");
  fine = fine && call("executor.execute_stream", "{\"Payload\":\"MQ==\",\"stream_id\":\"5\",\"host_callback_id\":\"6\"}");
  fine = fine && call("management.handle", "{\"Path\":\"/\"}");
  fine = fine && call("request.intercept_before", "[1,");
  fine = fine && call("no.such", "{}");
  plugin.shutdown();
  return fine;
}
#else
static int one_round(void) {
  static const char hook[] = "{\"hook\":\"tool_pre_invoke\",\"payload\":{\"name\":\"%s\",\"args\":{\"n\":18446744073709551615}},"
                             "\"extensions\":{\"x\":[]},\"context\":{\"request_id\":\"1\",\"local_state\":{},\"global_state\":{\"g\":1}}}";
  static const char *const names[] = {"x", "forbidden", "rename", "fail", "config", "context", "drop-headers"};
  char body[512];
  int fine = round_trip();
  if (CPEX_ENTRY(&host, &plugin) != 0) return 0;
  fine = fine && call("plugin.register",
                      "{\"host\":{\"name\":\"h\",\"version\":\"1.0.0\",\"features\":[\"f\"]},\"schema_version\":1,\"config\":{\"a\":[1]},"
                      "\"limits\":{\"max_request_bytes\":1000000,\"max_response_bytes\":1000000}}");
  fine = fine && call("plugin.reconfigure", "{\"config\":{\"b\":[{\"c\":1}]}}");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(body, sizeof body, hook, names[i]);
    fine = fine && call("hook.invoke", body);
  }
  fine = fine && call("hook.invoke", "[1,");
  fine = fine && call("command.run", "{\"verb_path\":[\"echo\"],\"args\":{\"who\":\"me\",\"times\":2,\"loud\":true},\"env\":{\"A\":\"b\"}}");
  fine = fine && call("command.run", "{\"verb_path\":[\"group\",\"probe\"],\"args\":{},\"env\":{}}");
  fine = fine && call("step.execute",
                      "{\"step\":{\"key\":\"k\",\"runner\":\"other\",\"args\":{}},\"run_id\":\"r\",\"step_id\":\"s\","
                      "\"workspace_archive_id\":\"w\",\"env\":{},\"workdir\":\".\",\"cache\":{\"kind\":\"miss_no_commit\"}}");
  fine = fine && call("lifecycle.event", "{\"event\":{\"kind\":\"step_start\",\"build_id\":\"b\",\"step_id\":\"s\",\"key\":\"bad\","
                                         "\"runner\":\"r\"},\"phase\":\"before\"}");
  fine = fine && call("plugin.quiesce", "{}");
  fine = fine && call("no.such", "{}");
  int agreed = call("plugin.register",
                    "{\"host\":{\"name\":\"h\",\"version\":\"1.0.0\",\"features\":[]},\"schema_version\":1,\"config\":{},"
                    "\"limits\":{\"max_request_bytes\":1000000,\"max_response_bytes\":1000000},\"codecs\":[\"msgpack\"]}");
  fine = fine && agreed;
  /* A registration that failed for want of memory leaves JSON in force, in which these are refused. */
  if (cpex_wire_current() != &cpex_json_wire) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
      snprintf(body, sizeof body, hook, names[i]);
      fine = fine && call_packed("hook.invoke", body);
    }
    fine = fine && call_packed("no.such", "{}");
    fine = fine && call_packed("command.run", "{\"verb_path\":[\"group\",\"probe\"],\"args\":{},\"env\":{}}");
  }
  plugin.shutdown();
  return fine;
}
#endif

int main(void) {
  for (long n = 0; n < 100000; n++) {
    until_failure = n;
    int fine = one_round();
    int failed_one = until_failure < 0;
    until_failure = -1;
    if (!fine || live != 0) {
      printf("round %ld: %s, %ld blocks left\n", n, fine ? "fine" : "a false reply", live);
      return 1;
    }
    if (!failed_one) {
      printf("rounds %ld\n", n);
      return 0;
    }
  }
  return 2;
}
