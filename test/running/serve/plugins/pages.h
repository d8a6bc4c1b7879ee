/*
 * A plugin with routes and pages. Before this file the source defines
 *   REGISTRATION  result of plugin.register, as JSON text
 *   ROUTES        envelope that answers management.register
 *   ANSWERS       initialisers of struct answer: path, then the result or one of the words below
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct { void *ptr; size_t len; } cliproxy_buffer;
typedef struct {
  uint32_t abi_version;
  void *host_ctx;
  int (*call)(void *, const char *, const uint8_t *, size_t, cliproxy_buffer *);
  void (*free_buffer)(void *, size_t);
} cliproxy_host_api;
typedef struct {
  uint32_t abi_version;
  int (*call)(const char *, const uint8_t *, size_t, cliproxy_buffer *);
  void (*free_buffer)(void *, size_t);
  void (*shutdown)(void);
} cliproxy_plugin_api;

struct answer { const char *path; const char *says; };
static const struct answer answers[] = { ANSWERS { 0, 0 } };

static int give(cliproxy_buffer *response, const char *text)
{
  response->len = strlen(text);
  response->ptr = malloc(response->len);
  memcpy(response->ptr, text, response->len);
  return 0;
}

static void encode(const uint8_t *in, size_t len, char *out)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < len; i += 3) {
    uint32_t group = (uint32_t)in[i] << 16;
    if (i + 1 < len) group |= (uint32_t)in[i + 1] << 8;
    if (i + 2 < len) group |= in[i + 2];
    *out++ = digits[group >> 18];
    *out++ = digits[group >> 12 & 63];
    *out++ = i + 1 < len ? digits[group >> 6 & 63] : '=';
    *out++ = i + 2 < len ? digits[group & 63] : '=';
  }
  *out = '\0';
}

/* Answers with the request itself as the body, so that a test sees what the host has sent. */
static int echo(const uint8_t *request, size_t len, cliproxy_buffer *response)
{
  char *text = malloc(len * 2 + 200);
  int at = sprintf(text, "{\"ok\":true,\"result\":{\"Headers\":{\"Content-Type\":[\"text/plain\"]},\"Body\":\"");
  encode(request, len, text + at);
  strcat(text, "\"}}");
  give(response, text);
  free(text);
  return 0;
}

static int handle(const uint8_t *request, size_t len, cliproxy_buffer *response)
{
  char copy[8192] = "", path[512] = "";
  memcpy(copy, request, len < sizeof copy - 1 ? len : sizeof copy - 1);
  const char *start = strstr(copy, "\"Path\":\"");
  if (start != NULL) sscanf(start + 8, "%511[^\"]", path);
  for (const struct answer *one = answers; one->path != NULL; one++) {
    if (strcmp(one->path, path) != 0) continue;
    if (strcmp(one->says, "crash") == 0) abort();
    if (strcmp(one->says, "exit") == 0) exit(3);
    if (strcmp(one->says, "hang") == 0) for (;;) pause();
    if (strcmp(one->says, "echo") == 0) return echo(request, len, response);
    if (strcmp(one->says, "error") == 0)
      return give(response, "{\"ok\":false,\"error\":{\"code\":\"plugin_error\",\"message\":\"the disk is full\"}}");
    if (strcmp(one->says, "code") == 0) return give(response, "no JSON at all"), 7;
    char *text = malloc(strlen(one->says) + 40);
    sprintf(text, "{\"ok\":true,\"result\":%s}", one->says);
    give(response, text);
    free(text);
    return 0;
  }
  return give(response, "{\"ok\":false,\"error\":{\"code\":\"not_found\",\"message\":\"no such page\"}}");
}

static int call(const char *method, const uint8_t *request, size_t len, cliproxy_buffer *response)
{
  if (strcmp(method, "plugin.register") == 0 || strcmp(method, "plugin.reconfigure") == 0)
    return give(response, "{\"ok\":true,\"result\":" REGISTRATION "}");
  if (strcmp(method, "management.register") == 0) return give(response, ROUTES);
  if (strcmp(method, "management.handle") == 0) return handle(request, len, response);
  return give(response, "{\"ok\":false,\"error\":{\"code\":\"unknown_method\",\"message\":\"unknown\"}}");
}

static void free_buffer(void *ptr, size_t len)
{
  (void)len;
  free(ptr);
}

static void stop(void)
{
  const char *file = getenv("CPEX_TEST_SHUTDOWN_FILE");
  FILE *out = file == NULL ? NULL : fopen(file, "w");
  if (out != NULL) fputs("shut down\n", out), fclose(out);
}

int cliproxy_plugin_init(const cliproxy_host_api *host, cliproxy_plugin_api *plugin)
{
  if (host->abi_version != 1) return 1;
  *plugin = (cliproxy_plugin_api){ 1, call, free_buffer, stop };
  return 0;
}
