/*
 * Fuzzes the readers and writers of JSON and MessagePack, and all the typed readers of the profile through the plugin's
 * entry. One source for libFuzzer (LLVMFuzzerTestOneInput), for AFL++ (persistent main) and, built
 * plainly, for replaying files given as arguments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpex_abi.h"
#include "cpex_base64.h"
#include "cpex_json.h"
#include "cpex_msgpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "broken promise: %s\n", what);
  abort();
}

static void touch(const cpex_json *value) {
  int64_t small;
  uint64_t large;
  double real;
  cpex_json_int64(value, &small);
  cpex_json_uint64(value, &large);
  cpex_json_double(value, &real);
  for (const cpex_json *child = cpex_json_first(value); child != NULL; child = cpex_json_next(child)) {
    cpex_json_int64(child, &small);
    cpex_json_uint64(child, &large);
    cpex_json_double(child, &real);
    if (cpex_json_type_of(value) == CPEX_JSON_OBJECT) {
      require(cpex_json_get(value, cpex_json_key(child)) == child, "a member is found by its key");
    }
  }
}

/* What the tolerant reader takes is written as strict JSON; what the strict one takes means the same to both. */
static void round_trip_tolerant(cpex_bytes body) {
  cpex_arena arena = {0};
  cpex_json_output first = {0};
  cpex_json_output second = {0};
  cpex_json_limits limits = {.tolerant = true};
  cpex_json *value = cpex_json_read(&arena, body, &limits, NULL);
  cpex_json *strict = cpex_json_read(&arena, body, NULL, NULL);
  require(value != NULL || strict == NULL, "the tolerant reader takes what the strict one takes");
  if (value != NULL) {
    require(cpex_json_write(&first, value), "what was read with tolerance can be written");
    cpex_bytes text = {(const uint8_t *)first.ptr, first.len};
    cpex_json *again = strict != NULL ? strict : cpex_json_read(&arena, text, NULL, NULL);
    require(again != NULL, "and is strict JSON then");
    require(cpex_json_write(&second, again), "which can be written");
    require(first.len == second.len && memcmp(first.ptr, second.ptr, first.len) == 0, "to the same bytes");
  }
  cpex_json_output_release(&first);
  cpex_json_output_release(&second);
  cpex_arena_release(&arena);
}

/* What was read is written, read again and written to the same bytes. */
static void round_trip(cpex_bytes body) {
  cpex_arena arena = {0};
  cpex_json_output first = {0};
  cpex_json_output second = {0};
  cpex_json_error error;
  cpex_json *value = cpex_json_read(&arena, body, NULL, &error);
  if (value == NULL) {
    require(error.message != NULL && error.offset <= body.len, "an error has a place");
  } else {
    touch(value);
    require(cpex_json_write(&first, cpex_json_copy(&arena, value)), "what was read can be written");
    cpex_bytes text = {(const uint8_t *)first.ptr, first.len};
    cpex_json *again = cpex_json_read(&arena, text, NULL, &error);
    require(again != NULL, "what was written can be read");
    require(cpex_json_write(&second, again), "and written again");
    require(first.len == second.len && memcmp(first.ptr, second.ptr, first.len) == 0, "to the same bytes");
  }
  cpex_json_output_release(&first);
  cpex_json_output_release(&second);
  cpex_arena_release(&arena);
}

/* The same for MessagePack; what it means is JSON, too. */
static void round_trip_msgpack(cpex_bytes body) {
  cpex_arena arena = {0};
  cpex_json_output first = {0};
  cpex_json_output second = {0};
  cpex_json_output text = {0};
  cpex_json_error error;
  cpex_json *value = cpex_msgpack_read(&arena, body, NULL, &error);
  if (value == NULL) {
    require(error.message != NULL && error.offset <= body.len, "an error has a place");
  } else {
    touch(value);
    require(cpex_msgpack_write(&first, cpex_json_copy(&arena, value)), "what was read can be written");
    cpex_bytes again = {(const uint8_t *)first.ptr, first.len};
    require(cpex_msgpack_write(&second, cpex_msgpack_read(&arena, again, NULL, NULL)), "read and written again");
    require(first.len == second.len && memcmp(first.ptr, second.ptr, first.len) == 0, "to the same bytes");
    require(cpex_json_write(&text, value), "and be written as JSON");
    cpex_bytes json = {(const uint8_t *)text.ptr, text.len};
    require(cpex_json_read(&arena, json, NULL, NULL) != NULL, "that can be read");
  }
  cpex_json_output_release(&first);
  cpex_json_output_release(&second);
  cpex_json_output_release(&text);
  cpex_arena_release(&arena);
}

/* What JSON means can be said in MessagePack, but for numbers beyond a double. */
static void translate(cpex_bytes body) {
  cpex_arena arena = {0};
  cpex_json_output first = {0};
  cpex_json_output second = {0};
  cpex_json *value = cpex_json_read(&arena, body, NULL, NULL);
  if (value != NULL && cpex_msgpack_write(&first, value)) {
    cpex_bytes packed = {(const uint8_t *)first.ptr, first.len};
    cpex_json *again = cpex_msgpack_read(&arena, packed, NULL, NULL);
    require(again != NULL, "what was translated can be read");
    require(cpex_msgpack_write(&second, again), "and written again");
    require(first.len == second.len && memcmp(first.ptr, second.ptr, first.len) == 0, "to the same bytes");
  } else if (value != NULL) {
    require(strcmp(first.error, "a number is too large") == 0, "only numbers stand in the way");
  }
  cpex_json_output_release(&first);
  cpex_json_output_release(&second);
  cpex_arena_release(&arena);
}

static void base64(cpex_bytes body) {
  cpex_arena arena = {0};
  cpex_str text = {(const char *)body.ptr, body.len};
  cpex_bytes bytes;
  if (cpex_base64_decode(&arena, text, &bytes)) {
    require(cpex_equal(cpex_base64_encode(&arena, bytes), text), "base64 has one spelling for each value");
  }
  cpex_arena_release(&arena);
}

/* The host answers every callback with the fuzzer's bytes. */
static cpex_bytes host_body;
static cpex_plugin_api plugin;

static int host_call(void *ctx, const char *method, const uint8_t *request, size_t len, cpex_buffer *response) {
  (void)ctx, (void)method, (void)request, (void)len;
  response->ptr = malloc(host_body.len + 1);
  response->len = host_body.len;
  if (response->ptr != NULL && host_body.len > 0) memcpy(response->ptr, host_body.ptr, host_body.len);
  return 0;
}

static void host_free(void *ptr, size_t len) {
  (void)len;
  free(ptr);
}

/* The reader of bodies in the codec that was agreed on. */
typedef cpex_json *reader(cpex_arena *arena, cpex_bytes body, const cpex_json_limits *limits, cpex_json_error *error);

static void call(reader *read, const char *method, cpex_bytes body) {
  cpex_buffer reply = {(void *)&reply, 1};
  cpex_arena arena = {0};
  int status = plugin.call(method, body.ptr, body.len, &reply);
  require(reply.ptr != NULL && reply.len > 0, "every call has a reply");
  cpex_bytes text = {reply.ptr, reply.len};
  const cpex_json *envelope = read(&arena, text, NULL, NULL);
  int ok = cpex_json_is_true(cpex_json_get(envelope, cpex_text("ok")));
  require(envelope != NULL && (status == 0 || !ok), "every reply is an envelope that agrees with the status");
  plugin.free_buffer(reply.ptr, reply.len);
  cpex_arena_release(&arena);
}

/* Every method, its body and the host's answers from the fuzzer; `codec` is msgpack or json. */
static void through_the_plugin(cpex_bytes body, const char *codec) {
  static const cpex_host_api host = {CPEX_ABI_VERSION, NULL, host_call, host_free};
  static const char probe[] = "{\"verb_path\":[\"group\",\"probe\"],\"args\":{},\"env\":{}}";
  bool packed = strcmp(codec, "msgpack") == 0;
  reader *read = packed ? cpex_msgpack_read : cpex_json_read;
  cpex_arena arena = {0};
  cpex_json_output request = {0};
  cpex_str registration = cpex_format(
      &arena,
      "{\"host\":{\"name\":\"h\",\"version\":\"1.0.0\",\"features\":[]},\"schema_version\":1,\"config\":{},"
      "\"limits\":{\"max_request_bytes\":100000000,\"max_response_bytes\":100000000},\"codecs\":[\"%s\"]}",
      codec);
  const cpex_json *asked = cpex_json_read(&arena, cpex_bytes_of(cpex_text(probe)), NULL, NULL);
  require((packed ? cpex_msgpack_write : cpex_json_write)(&request, asked), "the request can be written");
  host_body = body;
  require(cpex_plugin_init(&host, &plugin) == 0, "init succeeds");
  call(cpex_json_read, "plugin.register", cpex_bytes_of(registration));
  call(read, "hook.invoke", body);
  call(read, "command.run", body);
  call(read, "step.execute", body);
  call(read, "lifecycle.event", body);
  call(read, "plugin.reconfigure", body);
  call(read, "command.run", (cpex_bytes){(const uint8_t *)request.ptr, request.len});
  call(cpex_json_read, "plugin.register", body);
  plugin.shutdown();
  cpex_json_output_release(&request);
  cpex_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  /* Exactly as long as the input, so that one step too far is seen. */
  uint8_t *copy = malloc(size == 0 ? 1 : size);
  if (copy == NULL) return 0;
  if (size > 0) memcpy(copy, data, size);
  cpex_bytes body = {copy, size};
  round_trip(body);
  round_trip_tolerant(body);
  round_trip_msgpack(body);
  translate(body);
  base64(body);
  through_the_plugin(body, "json");
  through_the_plugin(body, "msgpack");
  free(copy);
  return 0;
}

#if defined(__AFL_FUZZ_TESTCASE_LEN)
__AFL_FUZZ_INIT();

int main(void) {
  __AFL_INIT();
  unsigned char *input = __AFL_FUZZ_TESTCASE_BUF;
  while (__AFL_LOOP(10000)) LLVMFuzzerTestOneInput(input, (size_t)__AFL_FUZZ_TESTCASE_LEN);
  return 0;
}
#elif !defined(CPEX_LIBFUZZER)
int main(int argc, char **argv) {
  static uint8_t input[1 << 20];
  for (int i = 1; i < argc; i++) {
    FILE *file = fopen(argv[i], "rb");
    if (file == NULL) return 2;
    size_t size = fread(input, 1, sizeof input, file);
    fclose(file);
    LLVMFuzzerTestOneInput(input, size);
  }
  printf("replayed %d\n", argc - 1);
  return 0;
}
#endif
