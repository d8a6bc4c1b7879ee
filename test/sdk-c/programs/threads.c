/* Many threads call one plugin while its configuration changes; for the thread sanitizer. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpex_abi.h"

#define THREADS 8
#define CALLS 300

static const char success[] = "{\"ok\":true,\"result\":{}}";
static atomic_long callbacks;
static atomic_long odd;
static cpex_plugin_api plugin;

static int host_call(void *ctx, const char *method, const uint8_t *request, size_t len, cpex_buffer *response) {
  (void)ctx, (void)method, (void)request, (void)len;
  atomic_fetch_add(&callbacks, 1);
  response->len = sizeof success - 1;
  response->ptr = malloc(response->len);
  memcpy(response->ptr, success, response->len);
  return 0;
}

static void host_free(void *ptr, size_t len) {
  (void)len;
  free(ptr);
}

static const cpex_host_api host = {CPEX_ABI_VERSION, NULL, host_call, host_free};

/* Whether the reply contains one of some texts; the last one is NULL. */
static int call_any(const char *method, const char *body, const char *const *expected) {
  cpex_buffer reply;
  int status = plugin.call(method, (const uint8_t *)body, strlen(body), &reply);
  int found = 0;
  for (; reply.ptr != NULL && *expected != NULL; expected++) {
    found = found || memmem(reply.ptr, reply.len, *expected, strlen(*expected)) != NULL;
  }
  plugin.free_buffer(reply.ptr, reply.len);
  return status == 0 && found;
}

static int call(const char *method, const char *body, const char *expected) {
  const char *const texts[] = {expected, NULL};
  return call_any(method, body, texts);
}

static void *work(void *argument) {
  const size_t number = *(const size_t *)argument;
  for (int i = 0; i < CALLS; i++) {
    int fine;
    if (number == 0) {
      fine = call("plugin.reconfigure", i % 2 ? "{\"config\":{\"a\":1,\"b\":1}}" : "{\"config\":{\"a\":2,\"b\":2}}", "{}");
    } else if (number == 1) {
      fine = call("plugin.register",
                  "{\"host\":{\"name\":\"h\",\"version\":\"1.0.0\",\"features\":[]},\"schema_version\":1,\"config\":{\"a\":3,\"b\":3},"
                  "\"limits\":{\"max_request_bytes\":1000000,\"max_response_bytes\":1000000}}",
                  "\"capabilities\"");
    } else if (number % 2 == 0) {
      /* The configuration comes back as metadata: never half of one and half of another. */
      static const char body[] = "{\"hook\":\"tool_pre_invoke\",\"payload\":{\"name\":\"config\",\"args\":{}},\"extensions\":{},"
                                 "\"context\":{\"request_id\":\"1\",\"local_state\":{},\"global_state\":{}}}";
      static const char *const whole[] = {"{\"a\":1,\"b\":1}", "{\"a\":2,\"b\":2}", "{\"a\":3,\"b\":3}", NULL};
      fine = call_any("hook.invoke", body, whole);
    } else {
      fine = call("command.run", "{\"verb_path\":[\"echo\"],\"args\":{\"who\":\"me\"},\"env\":{}}", "\"exit_code\":3");
    }
    if (!fine) atomic_fetch_add(&odd, 1);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  size_t numbers[THREADS];
  if (cpex_plugin_init(&host, &plugin) != 0) return 2;
  if (!call("plugin.register",
            "{\"host\":{\"name\":\"h\",\"version\":\"1.0.0\",\"features\":[]},\"schema_version\":1,\"config\":{\"a\":1,\"b\":1},"
            "\"limits\":{\"max_request_bytes\":1000000,\"max_response_bytes\":1000000}}",
            "\"capabilities\"")) {
    return 3;
  }
  for (size_t i = 0; i < THREADS; i++) {
    numbers[i] = i;
    pthread_create(&threads[i], NULL, work, &numbers[i]);
  }
  for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  plugin.shutdown();
  plugin.shutdown();
  printf("odd %ld callbacks %ld\n", atomic_load(&odd), atomic_load(&callbacks));
  return 0;
}
