#include "reply.h"

#include <stdlib.h>
#include <string.h>

int reply_with(buffer_t *response, const char *json)
{
  size_t len = strlen(json);
  void *copy = malloc(len);
  if (copy == NULL) return 1;
  memcpy(copy, json, len);
  response->ptr = copy;
  response->len = len;
  return 0;
}
