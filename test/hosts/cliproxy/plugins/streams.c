/* An executor whose stream behaves as the request's "Model" says. */
#define CAPABILITIES \
  "{\"executor\":true,\"executor_input_formats\":[\"openai\"],\"executor_output_formats\":[\"openai\"]}"
#define ON_CALL()                                                                   \
  if (!strcmp(method, "executor.execute_stream")) return stream(request, len, out); \
  if (!strcmp(method, "executor.count_tokens")) return count(out)
static int count(void *out);
static int stream(const unsigned char *request, unsigned long len, void *out);
#include "plugin.h"

struct job {
  char model[64], id[32], callback[32];
};

/* The host's answer to one emit. */
static char *emit(const char *id, int number) {
  char text[32], body[128];
  char *payload = base64(text, sprintf(text, "piece %d", number));
  sprintf(body, "{\"stream_id\":\"%s\",\"payload\":\"%s\"}", id, payload);
  free(payload);
  return ask_host("host.stream.emit", body);
}

static void tell(const char *what, const char *callback) {
  char *body = malloc(strlen(what) * 2 + 128), *at = body + sprintf(body, "{\"level\":\"info\",\"message\":\"");
  for (; *what; what++) {
    if (*what == '"' || *what == '\\') *at++ = '\\';
    *at++ = *what;
  }
  sprintf(at, "\",\"host_callback_id\":\"%s\"}", callback);
  free(ask_host("host.log", body));
  free(body);
}

static void finish(const char *id, const char *error) {
  char body[128];
  sprintf(body, "{\"stream_id\":\"%s\",\"error\":\"%s\"}", id, error);
  free(ask_host("host.stream.close", body));
}

static int is(const struct job *job, const char *model) { return !strcmp(job->model, model); }

static void *work(void *data) {
  struct job *job = data;
  int count = is(job, "foreign") || is(job, "async") ? 40 : 2;
  for (int i = 0; i < count; i++) free(emit(job->id, i));
  if (is(job, "crash")) abort();
  if (is(job, "open")) return NULL;
  finish(job->id, is(job, "error") ? "upstream broke" : "");
  if (is(job, "late")) {
    char *answer = emit(job->id, 99);
    /* The call has returned long ago, and with the end of the stream its id is dead as well. */
    tell(answer, "");
    free(answer);
  }
  free(job);
  return NULL;
}

static int stream(const unsigned char *request, unsigned long len, void *slot) {
  cliproxy_buffer *out = slot;
  struct job *job = calloc(1, sizeof *job);
  pthread_t thread;
  member(request, len, "Model", job->model, sizeof job->model);
  member(request, len, "stream_id", job->id, sizeof job->id);
  member(request, len, "host_callback_id", job->callback, sizeof job->callback);
  if (is(job, "finite"))
    return reply(out, OK("{\"headers\":{\"X-A\":[\"1\"]},\"chunks\":[{\"Payload\":\"YQ==\"},{\"Payload\":null,\"Err\":null},{\"Payload\":\"Yg==\"}]}"));
  if (is(job, "err-text")) return reply(out, OK("{\"chunks\":[{\"Payload\":\"YQ==\",\"Err\":\"boom\"}]}"));
  if (is(job, "refused")) return reply(out, ERROR("executor_error", "no quota"));
  if (is(job, "mixed")) {
    free(emit(job->id, 0));
    return reply(out, OK("{\"chunks\":[{\"Payload\":\"YQ==\"}]}"));
  }
  if (is(job, "sixteen") || is(job, "seventeen") || is(job, "twenty")) {
    int count = is(job, "sixteen") ? 16 : is(job, "seventeen") ? 17 : 20;
    for (int i = 0; i < count; i++) free(emit(job->id, i));
    finish(job->id, "");
    return reply(out, OK("{\"headers\":null}"));
  }
  pthread_create(&thread, NULL, work, job);
  pthread_detach(thread);
  if (is(job, "foreign")) {
    /* In need of the host from time to time, while the other thread fills all slots. */
    for (int i = 0; i < 4; i++) usleep(20000), tell("still here", job->callback);
  }
  return reply(out, OK("{\"headers\":{\"Content-Type\":[\"text/event-stream\"]}}"));
}

/* Needs the host while a stream of the same plugin may hold it up. */
static int count(void *slot) {
  tell("counting", "");
  return reply(slot, OK("{\"Payload\":\"MQ==\"}"));
}
