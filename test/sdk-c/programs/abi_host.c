/*
 * A host for one library: does what standard input says, line by line, and writes one line for
 * each thing that happens. Bodies go both ways as hexadecimal.
 *
 *   init [VERSION]           answer METHOD STATUS HEX|empty|null
 *   call METHOD [HEX]        shutdown           free-null
 *
 * Requests end at an inaccessible page, are read-only and unmapped after the call; so are replies
 * to callbacks, from their free on. The host table is unmapped after shutdown.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cpex_abi.h"

#define PAGE ((size_t)4096)
#define ANSWERS 32
#define TEXT_OF(macro) QUOTED(macro)
#define QUOTED(text) #text

static struct {
  char method[64];
  int status;
  char kind;
  uint8_t *bytes;
  size_t len;
} answers[ANSWERS];
static size_t answer_count;
static int outstanding;
static cpex_host_api *host;
static cpex_plugin_api plugin;

static size_t span(size_t len) { return (len + PAGE - 1) / PAGE * PAGE; }

/* A copy that ends exactly where an inaccessible page begins. */
static uint8_t *guarded(const uint8_t *bytes, size_t len) {
  uint8_t *pages = mmap(NULL, span(len) + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) abort();
  uint8_t *start = pages + span(len) - len;
  if (len > 0) memcpy(start, bytes, len);
  mprotect(pages, span(len) + PAGE, PROT_READ);
  mprotect(pages + span(len), PAGE, PROT_NONE);
  return start;
}

static void unguard(uint8_t *start, size_t len) { munmap(start + len - span(len), span(len) + PAGE); }

static uint8_t *unhex(const char *hex, size_t *len) {
  *len = strlen(hex) / 2;
  uint8_t *bytes = malloc(*len + 1);
  for (size_t i = 0; i < *len; i++) {
    unsigned int byte;
    sscanf(hex + 2 * i, "%2x", &byte);
    bytes[i] = (uint8_t)byte;
  }
  return bytes;
}

static void put_hex(const void *bytes, size_t len) {
  for (size_t i = 0; i < len; i++) printf("%02x", ((const unsigned char *)bytes)[i]);
}

static int host_call(void *ctx, const char *method, const uint8_t *request, size_t len, cpex_buffer *response) {
  printf("callback %s ", method);
  put_hex(request, len);
  printf("%s\n", ctx == &answers && response->ptr == NULL && response->len == 0 ? "" : " BAD-CALL");
  for (size_t i = answer_count; i > 0; i--) {
    if (strcmp(answers[i - 1].method, method) != 0) continue;
    if (answers[i - 1].kind == 'n') return answers[i - 1].status;
    response->len = answers[i - 1].kind == 'e' ? 0 : answers[i - 1].len;
    response->ptr = guarded(answers[i - 1].bytes, response->len);
    outstanding++;
    return answers[i - 1].status;
  }
  static const char success[] = "{\"ok\":true,\"result\":{}}";
  response->len = sizeof success - 1;
  response->ptr = guarded((const uint8_t *)success, response->len);
  outstanding++;
  return 0;
}

static void host_free(void *ptr, size_t len) {
  unguard(ptr, len);
  outstanding--;
}

static void call(const char *method, const char *hex) {
  size_t len;
  uint8_t *bytes = unhex(hex, &len);
  uint8_t *request = guarded(bytes, len);
  uint8_t *name = guarded((const uint8_t *)method, strlen(method) + 1);
  cpex_buffer *slot = malloc(sizeof *slot);
  memset(slot, 0xEE, sizeof *slot);
  int status = plugin.call((const char *)name, len == 0 ? NULL : request, len, slot);
  unguard(request, len);
  unguard(name, strlen(method) + 1);
  printf("reply %d ", status);
  if (slot->ptr == NULL) {
    printf("null %zu\n", slot->len);
  } else {
    put_hex(slot->ptr, slot->len);
    printf("\n");
    plugin.free_buffer(slot->ptr, slot->len);
  }
  free(slot);
  free(bytes);
}

static void answer(const char *method, int status, const char *hex) {
  if (answer_count == ANSWERS) abort();
  snprintf(answers[answer_count].method, sizeof answers[answer_count].method, "%s", method);
  answers[answer_count].status = status;
  answers[answer_count].kind = strcmp(hex, "null") == 0 ? 'n' : strcmp(hex, "empty") == 0 ? 'e' : 'b';
  answers[answer_count].bytes = unhex(answers[answer_count].kind == 'b' ? hex : "", &answers[answer_count].len);
  answer_count++;
}

static void init(cpex_host_api table, int (*entry)(const cpex_host_api *, cpex_plugin_api *)) {
  host = (cpex_host_api *)(void *)guarded((const uint8_t *)&table, sizeof table);
  int status = entry(host, &plugin);
  printf("init %d %u%s\n", status, plugin.abi_version,
         plugin.call == NULL || plugin.free_buffer == NULL || plugin.shutdown == NULL ? " INCOMPLETE" : "");
}

static void end(void) {
  plugin.shutdown();
  if (host != NULL) munmap((void *)((uintptr_t)host & ~(PAGE - 1)), 2 * PAGE);
  host = NULL;
  printf("shutdown %d\n", outstanding);
}

int main(int argc, char **argv) {
  static char line[1 << 20];
  static char method[1 << 16];
  static char hex[1 << 19];
  void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  if (library == NULL) return fprintf(stderr, "%s\n", dlerror()), 2;
  int (*entry)(const cpex_host_api *, cpex_plugin_api *);
  *(void **)&entry = dlsym(library, TEXT_OF(CPEX_ENTRY));
  if (entry == NULL) return 3;
  while (fgets(line, sizeof line, stdin) != NULL) {
    int status;
    unsigned int version = CPEX_ABI_VERSION;
    hex[0] = '\0';
    if (sscanf(line, "call %65535s %524287s", method, hex) >= 1) {
      call(method, hex);
    } else if (sscanf(line, "answer %65535s %d %524287s", method, &status, hex) == 3) {
      answer(method, status, hex);
    } else if (strncmp(line, "init-null", 9) == 0) {
      printf("init-null %d %d\n", entry(NULL, &plugin) != 0, entry(host, NULL) != 0);
    } else if (sscanf(line, "init %u", &version) == 1 || strncmp(line, "init", 4) == 0) {
      cpex_host_api table = {version, &answers, host_call, host_free};
      init(table, entry);
    } else if (strncmp(line, "shutdown", 8) == 0) {
      end();
    } else if (strncmp(line, "free-null", 9) == 0) {
      plugin.free_buffer(NULL, 0);
    }
  }
  for (size_t i = 0; i < answer_count; i++) free(answers[i].bytes);
  dlclose(library);
  printf("end\n");
  return 0;
}
