/* A plugin that does what its configuration says: `script:` holds, as base64, lines of METHOD<tab>ACTION<tab>ARGUMENT.
 * The lines of a method are followed in order until one gives the answer:
 *
 *   result JSON       answers with success
 *   once JSON         as result, but only the first time
 *   error JSON        answers with a failure
 *   raw TEXT          answers with these bytes
 *   ask METHOD JSON   asks the host first
 *   emit N TEXT       after the answer, from a thread: emits N pieces, TEXT and a number each, then closes the stream
 *   emitfail N TEXT   as emit, and closes with the error "broken on purpose"
 *   emitnow N TEXT    emits N pieces before the answer
 *   crash             dies
 *   hang              does not return
 *
 * In JSON and TEXT: @BODY@ is the request's Body, @REQUEST@ the whole request, @ASKED@ the host's last answer, each
 * as base64; @ADD:text@ is the Body with a text at its end, as base64; @B64:text@ that text; @ID@ and @STREAM@ are the ids of the call. */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

typedef struct { char *bytes; size_t len; } text;

static const host_api *host;
static char *script;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char used[4096];
static pthread_t threads[64];
static int thread_count;

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void add(text *to, const char *bytes, size_t len) {
  to->bytes = realloc(to->bytes, to->len + len + 1);
  memcpy(to->bytes + to->len, bytes, len);
  to->len += len;
  to->bytes[to->len] = 0;
}
static void put(text *to, const char *words) { add(to, words, strlen(words)); }

static text encoded(const char *bytes, size_t len) {
  text out = {0};
  put(&out, "");
  for (size_t i = 0; i < len; i += 3) {
    uint32_t three = (uint32_t)(uint8_t)bytes[i] << 16;
    if (i + 1 < len) three |= (uint32_t)(uint8_t)bytes[i + 1] << 8;
    if (i + 2 < len) three |= (uint8_t)bytes[i + 2];
    char four[4] = {ALPHABET[three >> 18], ALPHABET[three >> 12 & 63], i + 1 < len ? ALPHABET[three >> 6 & 63] : '=',
                    i + 2 < len ? ALPHABET[three & 63] : '='};
    add(&out, four, 4);
  }
  return out;
}

static text decoded(const char *from, size_t len) {
  text out = {0};
  uint32_t bits = 0;
  int count = 0;
  put(&out, "");
  for (size_t i = 0; i < len && from[i] != '='; i++) {
    const char *at = strchr(ALPHABET, from[i]);
    if (!at) break;
    bits = bits << 6 | (uint32_t)(at - ALPHABET);
    if ((count += 6) >= 8) {
      char byte = (char)(bits >> (count -= 8));
      add(&out, &byte, 1);
    }
  }
  return out;
}

/* The text between the quotes of a member; empty where it is missing or null. */
static text member(const char *request, const char *name) {
  char key[64];
  text out = {0};
  put(&out, "");
  snprintf(key, sizeof key, "\"%s\":\"", name);
  const char *at = strstr(request, key);
  if (at) at += strlen(key), add(&out, at, strcspn(at, "\""));
  return out;
}

static text filled(const char *from, size_t len, const char *request, const text *asked) {
  text out = {0}, body = member(request, "Body"), plain = decoded(body.bytes, body.len);
  put(&out, "");
  for (size_t i = 0; i < len; i++) {
    const char *at = from + i;
    size_t left = len - i;
    text piece = {0};
    if (left >= 6 && !strncmp(at, "@BODY@", 6)) put(&out, body.bytes), i += 5;
    else if (left >= 9 && !strncmp(at, "@REQUEST@", 9)) piece = encoded(request, strlen(request)), i += 8;
    else if (left >= 7 && !strncmp(at, "@ASKED@", 7)) piece = encoded(asked->bytes ? asked->bytes : "", asked->len), i += 6;
    else if (left >= 4 && !strncmp(at, "@ID@", 4)) piece = member(request, "host_callback_id"), i += 3;
    else if (left >= 8 && !strncmp(at, "@STREAM@", 8)) piece = member(request, "stream_id"), i += 7;
    else if (left >= 5 && (!strncmp(at, "@ADD:", 5) || !strncmp(at, "@B64:", 5))) {
      size_t end = strcspn(at + 5, "@");
      text whole = {0};
      put(&whole, "");
      if (at[1] == 'A') add(&whole, plain.bytes, plain.len);
      add(&whole, at + 5, end);
      piece = encoded(whole.bytes, whole.len);
      free(whole.bytes);
      i += 5 + end;
    } else add(&out, at, 1);
    if (piece.bytes) add(&out, piece.bytes, piece.len), free(piece.bytes);
  }
  free(body.bytes), free(plain.bytes);
  return out;
}

static void ask(const char *method, const char *body, size_t len, text *answer) {
  buffer reply = {0};
  free(answer->bytes);
  *answer = (text){0};
  int code = host->call(host->host_ctx, method, (const uint8_t *)body, len, &reply);
  if (reply.ptr) add(answer, reply.ptr, reply.len), host->free_buffer(reply.ptr, reply.len);
  else put(answer, code ? "refused" : "nothing");
}

typedef struct { char *stream, *words; int count, fail; } emission;

static void emit(const emission *job) {
  text ignored = {0};
  for (int i = 0; i < job->count; i++) {
    char piece[256], request[1024];
    int len = snprintf(piece, sizeof piece, "%s%d", job->words, i);
    text payload = encoded(piece, (size_t)len);
    snprintf(request, sizeof request, "{\"stream_id\":\"%s\",\"payload\":\"%s\"}", job->stream, payload.bytes);
    ask("host.stream.emit", request, strlen(request), &ignored);
    free(payload.bytes);
  }
  free(ignored.bytes);
}

static void *emit_all(void *given) {
  emission *job = given;
  text ignored = {0};
  char request[256];
  emit(job);
  snprintf(request, sizeof request, "{\"stream_id\":\"%s\"%s}", job->stream, job->fail ? ",\"error\":\"broken on purpose\"" : "");
  ask("host.stream.close", request, strlen(request), &ignored);
  free(ignored.bytes), free(job->stream), free(job->words), free(job);
  return NULL;
}

static int answer(buffer *out, const char *before, const char *bytes, size_t len, const char *after) {
  text whole = {0};
  put(&whole, before), add(&whole, bytes, len), put(&whole, after);
  out->ptr = whole.bytes;
  out->len = whole.len;
  return 0;
}

static int follow(const char *method, const char *request, buffer *out) {
  text asked = {0};
  int line = 0, code = -1;
  for (const char *at = script ? script : ""; *at && code < 0; line++) {
    size_t len = strcspn(at, "\n"), name = strcspn(at, "\t");
    const char *action = at + name + 1, *end = at + len;
    if (name < len && strlen(method) == name && !strncmp(at, method, name)) {
      size_t word = strcspn(action, "\t\n");
      const char *argument = action + word < end ? action + word + 1 : end;
      text words = filled(argument, (size_t)(end - argument), request, &asked);
      pthread_mutex_lock(&lock);
      int again = line < (int)sizeof used && used[line];
      if (line < (int)sizeof used) used[line] = 1;
      pthread_mutex_unlock(&lock);
      if (!strncmp(action, "result", word) || (!strncmp(action, "once", word) && !again))
        code = answer(out, "{\"ok\":true,\"result\":", words.bytes, words.len, "}");
      else if (!strncmp(action, "error", word)) code = answer(out, "{\"ok\":false,\"error\":", words.bytes, words.len, "}");
      else if (!strncmp(action, "raw", word)) code = answer(out, "", words.bytes, words.len, "");
      else if (!strncmp(action, "crash", word)) *(volatile int *)0 = 1;
      else if (!strncmp(action, "hang", word)) for (;;) pause();
      else if (!strncmp(action, "ask", word)) {
        char asked_method[64] = {0};
        size_t to = strcspn(words.bytes, " ");
        snprintf(asked_method, sizeof asked_method, "%.*s", (int)to, words.bytes);
        ask(asked_method, words.bytes + to + 1, words.len - to - 1, &asked);
      } else if (!strncmp(action, "emit", 4)) {
        emission *job = calloc(1, sizeof *job);
        text stream = member(request, "stream_id");
        size_t space = strcspn(words.bytes, " ");
        job->count = atoi(words.bytes);
        job->words = strdup(words.bytes + space + (words.bytes[space] == ' '));
        job->stream = stream.bytes;
        job->fail = word == 8;
        if (word == 7) emit(job), free(job->stream), free(job->words), free(job);
        else pthread_create(&threads[thread_count++ % 64], NULL, emit_all, job);
      }
      free(words.bytes);
    }
    at += len + (at[len] == '\n');
  }
  free(asked.bytes);
  return code;
}

static void take_script(const char *request) {
  text config = member(request, "config_yaml"), yaml = decoded(config.bytes, config.len);
  const char *at = strstr(yaml.bytes, "script: ");
  if (at) {
    at += strlen("script: ");
    if (*at == '"' || *at == '\'') at++;
    free(script);
    script = decoded(at, strcspn(at, "\"'\n")).bytes;
  }
  free(config.bytes), free(yaml.bytes);
}

static int call(const char *method, const uint8_t *bytes, size_t len, buffer *out) {
  char *request = strndup((const char *)bytes, len);
  int code;
  if (!strcmp(method, "plugin.register")) take_script(request);
  code = follow(method, request, out);
  if (code < 0 && !strcmp(method, "plugin.reconfigure")) code = follow("plugin.register", request, out);
  if (code < 0) code = answer(out, "{\"ok\":false,\"error\":{\"code\":\"unknown_method\",\"message\":\"unknown method ", method, strlen(method), "\"}}");
  free(request);
  return code;
}

static void free_buffer(void *ptr, size_t len) {
  (void)len;
  free(ptr);
}

static void shut_down(void) {
  for (int i = 0; i < thread_count && i < 64; i++) pthread_join(threads[i], NULL);
}

__attribute__((visibility("default"))) int cliproxy_plugin_init(const host_api *given, plugin_api *plugin);
int cliproxy_plugin_init(const host_api *given, plugin_api *plugin) {
  host = given;
  *plugin = (plugin_api){1, call, free_buffer, shut_down};
  return 0;
}
