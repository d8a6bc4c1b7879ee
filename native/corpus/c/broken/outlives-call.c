/* Writes the output of a call when the call has come back. */
#define ON_HOOK() return begin(), reply(out, OK("{\"continue_processing\":true}"))
#define ON_SHUTDOWN() finish()
static void begin(void);
static void finish(void);
#include "../good.h"
#include <pthread.h>
#include <unistd.h>
static pthread_t writer;
static int running;
static void *write_late(void *nothing) {
  usleep(30000);
  ask_host("host.output.write", "{\"stream\":\"stdout\",\"data\":\"aGVsbG8K\"}");
  return nothing;
}
static void begin(void) {
  if (running) pthread_join(writer, NULL);
  ask_host("host.cancelled", "{}");
  running = pthread_create(&writer, NULL, write_late, NULL) == 0;
}
static void finish(void) {
  if (running) pthread_join(writer, NULL);
}
