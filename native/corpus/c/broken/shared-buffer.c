/* Writes every answer into one buffer that all threads share, a piece at a time. */
static int on_hook(const unsigned char *request, unsigned long len, void *slot);
#define ON_HOOK() return on_hook(request, len, out)
#include "../good.h"
#include <unistd.h>
static char answer[256];
static int on_hook(const unsigned char *request, unsigned long len, void *slot) {
  unsigned sum = 0;
  for (unsigned long i = 0; i < len; i++) sum = sum * 31 + request[i];
  sprintf(answer, "{\"ok\":true,\"result\":{\"continue_processing\":true,");
  usleep(200);
  sprintf(answer + strlen(answer), "\"metadata\":{\"sum\":%u}}}", sum);
  usleep(200);
  return reply(slot, answer);
}
