/* A small host: loads a plugin, makes calls, counts what has to balance. Speaks lines.
 *   host LIBRARY < COMMANDS
 * Commands: `call METHOD BODY`, `hex METHOD HEX`, `threads N METHOD BODY`, `balance METHOD BODY`,
 * `answer RC BODY`, `null`, `init-twice`, `shutdown`.
 * Each call prints `RC BODY`; the end prints what was allocated and not freed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct { void *ptr; size_t len; } buffer;
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

static int sentinel;
static atomic_int replies, frees, closed, late;
static atomic_int answer_code;
static const char *_Atomic answer_body = "{\"ok\":true,\"result\":{}}";
static plugin_api plugin;

static int host_call(void *ctx, const char *method, const uint8_t *request, size_t len, buffer *response) {
  if (ctx != &sentinel) abort();
  if (closed) late++;
  if (getenv("HOST_TRACE")) fprintf(stderr, "%s %.*s\n", method, (int)len, (const char *)request);
  response->ptr = NULL;
  response->len = 0;
  const char *body = answer_body;
  if (body != NULL) {
    size_t size = strlen(body);
    response->ptr = malloc(size + 1); /* never null, also for an empty body */
    memcpy(response->ptr, body, size);
    response->len = size;
    replies++;
  }
  return answer_code;
}

static void host_free(void *ptr, size_t len) {
  (void)len;
  if (closed) late++;
  frees++;
  free(ptr);
}

/* The body ends at a page that may not be read, and may not be written. */
static uint8_t *guarded(const uint8_t *body, size_t len, void **map, size_t *size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t used = (len + page - 1) / page * page;
  if (used == 0) used = page;
  *size = used + page;
  *map = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uint8_t *start = (uint8_t *)*map + used - len;
  memcpy(start, body, len);
  mprotect(*map, used, PROT_READ);
  mprotect((uint8_t *)*map + used, page, PROT_NONE);
  return start;
}

static void call(const char *method, const uint8_t *body, size_t len, int print) {
  void *map;
  size_t size;
  uint8_t *request = guarded(body, len, &map, &size);
  buffer slot = {(void *)0x10, 77};
  int rc = plugin.call(method, request, len, &slot);
  munmap(map, size);
  if (slot.ptr == (void *)0x10 || (slot.ptr == NULL) != (slot.len == 0)) abort();
  if (print) {
    printf("%d %.*s\n", rc, (int)slot.len, slot.ptr ? (const char *)slot.ptr : "");
    fflush(stdout);
  }
  plugin.free_buffer(slot.ptr, slot.len);
  plugin.free_buffer(NULL, 0);
}

struct job { const char *method; const uint8_t *body; size_t len; };

static void *work(void *argument) {
  struct job *job = argument;
  for (int i = 0; i < 200; i++) call(job->method, job->body, job->len, 0);
  return NULL;
}

/* In place: two digits become one byte. */
static size_t unhex(char *text) {
  size_t len = 0;
  for (const char *digits = text; digits[0] && digits[1]; digits += 2) {
    char pair[3] = {digits[0], digits[1], 0};
    text[len++] = (char)strtoul(pair, NULL, 16);
  }
  return len;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) { fprintf(stderr, "%s\n", dlerror()); return 3; }
  int (*init)(const host_api *, plugin_api *) = (int (*)(const host_api *, plugin_api *))dlsym(library, "cpex_plugin_init");
  if (!init) return 3;
  host_api *host = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *host = (host_api){1, &sentinel, host_call, host_free};
  mprotect(host, 4096, PROT_READ);
  if (init(NULL, &plugin) == 0 || init(host, NULL) == 0) return 4;
  host_api ahead = *host;
  ahead.abi_version = 999;
  if (init(&ahead, &plugin) == 0 || plugin.abi_version != 1) return 4;
  plugin.shutdown();
  memset(&plugin, 0, sizeof plugin);
  if (init(host, &plugin) != 0 || plugin.abi_version != 1) return 4;

  char *line = NULL;
  size_t capacity = 0;
  ssize_t got;
  while ((got = getline(&line, &capacity, stdin)) > 0) {
    if (line[got - 1] == '\n') line[--got] = 0;
    char *verb = strtok(line, " ");
    if (!verb) continue;
    if (!strcmp(verb, "call") || !strcmp(verb, "hex")) {
      char *method = strtok(NULL, " "), *body = strtok(NULL, "");
      size_t len = body ? strlen(body) : 0;
      if (body && !strcmp(verb, "hex")) len = unhex(body);
      call(method, (const uint8_t *)(body ? body : ""), len, 1);
    } else if (!strcmp(verb, "threads")) {
      int count = atoi(strtok(NULL, " "));
      char *method = strtok(NULL, " "), *body = strtok(NULL, "");
      struct job job = {method, (const uint8_t *)body, strlen(body)};
      pthread_t threads[64];
      for (int i = 0; i < count; i++) pthread_create(&threads[i], NULL, work, &job);
      for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
      printf("threads done\n");
    } else if (!strcmp(verb, "balance")) {
      char *method = strtok(NULL, " "), *body = strtok(NULL, "");
      size_t before = 0;
      for (int i = 0; i < 2000; i++) {
        if (i == 1000) before = mallinfo2().uordblks;
        call(method, (const uint8_t *)body, strlen(body), 0);
      }
      printf("%zd bytes kept\n", (ssize_t)(mallinfo2().uordblks - before));
    } else if (!strcmp(verb, "answer")) {
      answer_code = atoi(strtok(NULL, " "));
      char *body = strtok(NULL, "");
      answer_body = body ? strdup(body) : NULL;
    } else if (!strcmp(verb, "null")) {
      buffer slot = {(void *)0x10, 77};
      int rc = plugin.call(NULL, NULL, 0, &slot);
      printf("%d %.*s\n", rc, (int)slot.len, (const char *)slot.ptr);
      plugin.free_buffer(slot.ptr, slot.len);
      if (plugin.call("plugin.register", NULL, 0, NULL) == 0) return 5;
    } else if (!strcmp(verb, "init-twice")) {
      printf("%d\n", init(host, &plugin));
    } else if (!strcmp(verb, "shutdown")) {
      plugin.shutdown();
      closed = 1;
      plugin.shutdown();
    }
    fflush(stdout);
  }
  free(line);
  printf("replies %d freed %d late %d\n", replies, frees, late);
  return 0;
}
