/* A plugin of the host cpex that does what its configuration says: `script` holds, as base64, lines of
 * HOOK<tab>ACTION<tab>ARGUMENT; a hook `*` is any, `register` the registration. The lines of a hook are followed in order until one answers:
 *
 *   result JSON     answers with success
 *   error JSON      answers with this error
 *   panic           answers as an SDK does that has caught a panic
 *   raw TEXT        answers with these bytes
 *   crash, hang, exit
 *   see FILE        writes the request into a file
 *   touch FILE      makes a file
 *   pid FILE        writes the id of the process into a file
 *   await FILE      waits until somebody has made it
 *   cancelled FILE  waits until the host says that the call was cancelled, then makes a file
 *   ask METHOD JSON asks the host
 *   once            leaves out the next line but the first time
 *
 * @COUNT@ in JSON is the number of hooks that this process has answered. */
#define CAPABILITIES "{\"hooks\":[\"tool_pre_invoke\",\"tool_post_invoke\",\"elicit\"]}"
#define ON_REGISTER() return take_script(out, request, len)
#define ON_HOOK() return act(out, request, len)
static int take_script(void *out, const unsigned char *request, unsigned long len);
static int act(void *out, const unsigned char *request, unsigned long len);
#include "good.h"
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

static char *script;
static int count, used;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static char *decoded(const char *from, size_t len) {
  static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *out = malloc(len + 1);
  size_t at = 0;
  unsigned bits = 0;
  int have = 0;
  for (size_t i = 0; i < len; i++) {
    const char *digit = strchr(ALPHABET, from[i]);
    if (!digit || from[i] == '=') break;
    bits = bits << 6 | (unsigned)(digit - ALPHABET);
    if ((have += 6) >= 8) out[at++] = (char)(bits >> (have -= 8));
  }
  out[at] = 0;
  return out;
}

/* The text of a string member; empty where there is none. */
static char *member(const char *body, const char *name) {
  char key[64];
  snprintf(key, sizeof key, "\"%s\":\"", name);
  const char *at = strstr(body, key);
  if (at) at += strlen(key);
  return at ? strndup(at, strcspn(at, "\"")) : strdup("");
}

static char *text_of(const unsigned char *request, size_t len) { return strndup((const char *)request, len); }

static void make(const char *file, const char *bytes, size_t len) {
  int to = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (to < 0) return;
  if (write(to, bytes, len) < 0) perror(file);
  close(to);
}

static int answer(cpex_buffer *out, const char *before, const char *json, const char *after, int code) {
  char number[16], *whole = malloc(strlen(before) + strlen(json) * 8 + strlen(after) + 1), *to = whole;
  snprintf(number, sizeof number, "%d", count);
  to += sprintf(to, "%s", before);
  for (const char *at = json; *at;) {
    if (!strncmp(at, "@COUNT@", 7)) to += sprintf(to, "%s", number), at += 7;
    else *to++ = *at++;
  }
  sprintf(to, "%s", after);
  reply(out, whole);
  free(whole);
  return code;
}

static int is_cancelled(void) {
  cpex_buffer reply_of_host = {0};
  int yes = 0;
  if (host->call(host->host_ctx, "host.cancelled", (const uint8_t *)"{}", 2, &reply_of_host) == 0) {
    char *body = strndup(reply_of_host.ptr, reply_of_host.len);
    yes = strstr(body, "true}") != NULL;
    free(body);
  }
  if (reply_of_host.ptr) host->free_buffer(reply_of_host.ptr, reply_of_host.len);
  return yes;
}

/* Follows the lines of one hook; `done` says whether one of them has answered. */
static int follow(cpex_buffer *out, const char *hook, const char *request, int *done) {
  char *lines = strdup(script), *rest = lines, *line;
  int code = 0, skip = 0;
  *done = 0;
  while (!*done && (line = strsep(&rest, "\n"))) {
    char *whose = strsep(&line, "\t"), *action = line ? strsep(&line, "\t") : "", *argument = line ? line : "";
    if (strcmp(whose, hook) && (strcmp(whose, "*") || !strcmp(hook, "register"))) continue;
    if (skip) { skip = 0; continue; }
    if (!strcmp(action, "result")) *done = 1, code = answer(out, "{\"ok\":true,\"result\":", argument, "}", 0);
    else if (!strcmp(action, "error")) *done = 1, code = answer(out, "{\"ok\":false,\"error\":", argument, "}", 0);
    else if (!strcmp(action, "panic")) *done = 1, code = answer(out, ERROR("plugin_panic", "caught"), "", "", 1);
    else if (!strcmp(action, "raw")) *done = 1, code = reply(out, argument);
    else if (!strcmp(action, "crash")) *(volatile int *)0 = 1;
    else if (!strcmp(action, "exit")) exit(3);
    else if (!strcmp(action, "hang")) for (;;) pause();
    else if (!strcmp(action, "see")) make(argument, request, strlen(request));
    else if (!strcmp(action, "touch")) make(argument, "", 0);
    else if (!strcmp(action, "pid")) { char number[16]; make(argument, number, (size_t)sprintf(number, "%d", getpid())); }
    else if (!strcmp(action, "await")) while (access(argument, F_OK)) usleep(1000);
    else if (!strcmp(action, "cancelled")) { while (!is_cancelled()) usleep(1000); make(argument, "", 0); }
    else if (!strcmp(action, "ask")) { char *method = strsep(&argument, " "); ask_host(method, argument); }
    else if (!strcmp(action, "once")) skip = used++ > 0;
  }
  free(lines);
  return code;
}

static int take_script(void *slot, const unsigned char *request, unsigned long len) {
  char *body = text_of(request, len), *words = member(body, "script");
  cpex_buffer *out = slot;
  int done, code;
  free(script);
  script = decoded(words, strlen(words));
  free(words), free(body);
  code = follow(out, "register", "", &done);
  return done ? code : reply(out, REGISTRATION);
}

static int act(void *slot, const unsigned char *request, unsigned long len) {
  char *body = text_of(request, len), *hook = member(body, "hook");
  cpex_buffer *out = slot;
  int done, code;
  pthread_mutex_lock(&lock);
  count++;
  code = follow(out, hook, body, &done);
  pthread_mutex_unlock(&lock);
  if (!done) code = reply(out, OK("{\"continue_processing\":true}"));
  free(hook), free(body);
  return code;
}
