/* Tells the host's log with what configuration it was registered. */
static void tell(const unsigned char *request, unsigned long len);
#define ON_REGISTER()            \
  do {                           \
    tell(request, len);          \
    return reply(out, REGISTRATION); \
  } while (0)
#include "../good.h"
static void tell(const unsigned char *request, unsigned long len) {
  char *text = malloc(len + 100);
  sprintf(text, "{\"level\":\"debug\",\"message\":\"registered\",\"fields\":%.*s}", (int)len, request);
  ask_host("host.log", text);
  free(text);
}
