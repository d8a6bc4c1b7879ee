/* Executes, and streams through the host: no test may complain about it. */
#define ON_STREAM()                                                                             \
  do {                                                                                          \
    char question[256];                                                                         \
    emit(id);                                                                                   \
    snprintf(question, sizeof question, "{\"stream_id\":\"%s\"}", id);                          \
    ask_host("host.stream.close", question);                                                    \
    return reply(out, OK("{\"headers\":{\"Content-Type\":[\"text/event-stream\"]}}"));          \
  } while (0)
#include "cliproxy/executor.h"
