/* Gives bodies from a coverage-guided fuzzer to one method of the plugin. Written by "cpex fuzz --harness"; it is yours.
 * README.md beside it says how to build and run it.
 *
 * CPEX_FUZZ_PLUGIN is the library and CPEX_FUZZ_METHOD the method, with the values below where they are not set. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  void *ptr;
  size_t len;
} buffer;
typedef struct {
  uint32_t abi_version;
  void *host_ctx;
  int (*call)(void *, const char *, const uint8_t *, size_t, buffer *);
  void (*free_buffer)(void *, size_t);
} host_api;
typedef struct {
  uint32_t abi_version;
  int (*call)(const char *, const uint8_t *, size_t, buffer *);
  void (*free_buffer)(void *, size_t);
  void (*shutdown)(void);
} plugin_api;

#ifndef PLUGIN
#define PLUGIN "fuzz/build/@ID@.so"
#endif
static const char METHOD[] = @METHOD@;
static const char REGISTER[] = @REGISTER_METHOD@;
static const char REGISTRATION[] = @REGISTRATION@;
static const char ANSWER[] = "{\"ok\":true,\"result\":{}}";

/* Answers every request with an empty result. */
static int answer(void *context, const char *method, const uint8_t *request, size_t length, buffer *response) {
  (void)context, (void)method, (void)request, (void)length;
  response->len = sizeof ANSWER - 1;
  response->ptr = malloc(response->len);
  if (response->ptr == NULL) return 1;
  memcpy(response->ptr, ANSWER, response->len);
  return 0;
}

static void give_back(void *ptr, size_t length) {
  (void)length;
  free(ptr);
}

static host_api host = {1, &host, answer, give_back};
static plugin_api plugin;
static const char *method;

static const char *setting(const char *name, const char *otherwise) {
  const char *value = getenv(name);
  return value == NULL || *value == 0 ? otherwise : value;
}

static void stop(const char *what) {
  fprintf(stderr, "harness: %s\n", what);
  exit(1);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc, (void)argv;
  void *library = dlopen(setting("CPEX_FUZZ_PLUGIN", PLUGIN), RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) stop(dlerror());
  int (*entry)(const host_api *, plugin_api *);
  *(void **)&entry = dlsym(library, "@ENTRY@");
  if (entry == NULL || entry(&host, &plugin) != 0) stop("the entry is missing or refuses");
  buffer reply = {NULL, 0};
  int code = plugin.call(REGISTER, (const uint8_t *)REGISTRATION, sizeof REGISTRATION - 1, &reply);
  if (code != 0) stop("the plugin does not register");
  if (reply.ptr != NULL) plugin.free_buffer(reply.ptr, reply.len);
  method = setting("CPEX_FUZZ_METHOD", METHOD);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  buffer reply = {NULL, 0};
  int code = plugin.call(method, data, size, &reply);
  /* A return value of 0 comes with an envelope. */
  if (code == 0 && (reply.ptr == NULL || reply.len == 0)) abort();
  if (reply.ptr != NULL) plugin.free_buffer(reply.ptr, reply.len);
  return 0;
}
