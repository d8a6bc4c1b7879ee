/* Does everything that tests of threads and lives look at, and does it right: a thread of its own that asks the host and
 * is waited for in shutdown, a table that the first call prepares, scratch memory for each thread, a configuration that
 * changes as a whole, and a request to the host in each call, without a lock. */
#include <pthread.h>
static void begin(void);
static void end(void);
static int configure(const unsigned char *request, unsigned long len, void *slot);
static int on_hook(const unsigned char *request, unsigned long len, void *slot);
#define ON_INIT() if (api->abi_version == 1) begin()
#define ON_SHUTDOWN() end()
#define ON_REGISTER() configure(request, len, NULL); return reply(out, REGISTRATION)
#define ON_RECONFIGURE() return configure(request, len, out)
#define ON_HOOK() return on_hook(request, len, out)
#include "good.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_t worker;
static pthread_key_t scratch;
static int running, ending, wanted;
static char greeting[64];
static const char *prepared;

static void *work(void *nothing) {
  pthread_mutex_lock(&lock);
  while (!ending) {
    while (!wanted && !ending) pthread_cond_wait(&news, &lock);
    if (!wanted) continue;
    wanted = 0;
    pthread_mutex_unlock(&lock);
    ask_host("host.log", "{\"level\":\"debug\",\"message\":\"work\"}");
    pthread_mutex_lock(&lock);
  }
  pthread_mutex_unlock(&lock);
  return nothing;
}

/* Init may come again before shutdown: what is there stays. */
static void begin(void) {
  if (running) return;
  ending = wanted = 0;
  running = pthread_key_create(&scratch, free) == 0 && pthread_create(&worker, NULL, work, NULL) == 0;
}

static void end(void) {
  if (!running) return;
  pthread_mutex_lock(&lock);
  ending = 1;
  pthread_cond_signal(&news);
  pthread_mutex_unlock(&lock);
  pthread_join(worker, NULL);
  free(pthread_getspecific(scratch));
  pthread_key_delete(scratch);
  running = 0;
}

static int configure(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len), fresh[sizeof greeting] = "";
  const char *found = strstr(words, "\"greeting\":"), *text = found ? strchr(found + 11, '"') : NULL;
  int good = !found || (text == found + 11 && sscanf(text, "\"%63[^\"]\"", fresh) == 1);
  free(words);
  if (!good) return slot ? reply(slot, ERROR("invalid_request", "greeting is a text")) : 0;
  pthread_mutex_lock(&lock);
  strcpy(greeting, fresh);
  pthread_mutex_unlock(&lock);
  return slot ? reply(slot, OK("{}")) : 0;
}

static void prepare(void) { prepared = "ready"; }

static int on_hook(const unsigned char *request, unsigned long len, void *slot) {
  pthread_once(&once, prepare);
  char *mine = pthread_getspecific(scratch);
  if (!mine) pthread_setspecific(scratch, mine = malloc(256));
  if (!mine) return reply(slot, ERROR("internal", "no memory"));
  unsigned sum = 0;
  for (unsigned long i = 0; i < len; i++) sum = sum * 31 + request[i];
  ask_host("host.log", "{\"level\":\"debug\",\"message\":\"a call\"}");
  pthread_mutex_lock(&lock);
  snprintf(mine, 256, OK("{\"continue_processing\":true,\"metadata\":{\"sum\":%u,\"state\":\"%s\",\"greeting\":%zu}}"), sum, prepared, strlen(greeting));
  wanted = 1;
  pthread_cond_signal(&news);
  pthread_mutex_unlock(&lock);
  return reply(slot, mine);
}
