#include "reply.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_ulong seen;


static int on_call(const char *method, const uint8_t *request, size_t len, buffer_t *response)
{
  (void)request;
  (void)len;
  if (strcmp(method, "plugin.register") == 0 || strcmp(method, "plugin.reconfigure") == 0)
    return reply_with(response, "{\"ok\":false,\"error\":{\"code\":\"invalid_config\",\"message\":\"a licence key is missing\"}}");
  if (strcmp(method, "usage.handle") == 0) {
    atomic_fetch_add(&seen, 1);
    return reply_with(response, "{\"ok\":true,\"result\":{}}");
  }
  return reply_with(response,
    "{\"ok\":false,\"error\":{\"code\":\"unknown_method\",\"message\":\"token-meter does not know this method\"}}");
}

static void on_free(void *ptr, size_t len)
{
  (void)len;
  free(ptr);
}

__attribute__((visibility("default")))
int cliproxy_plugin_init(const host_api_t *host, plugin_api_t *plugin)
{
  if (host == NULL || plugin == NULL || host->abi_version != 1) return 1;
  plugin->abi_version = 1;
  plugin->call = on_call;
  plugin->free_buffer = on_free;
  plugin->shutdown = NULL;
  return 0;
}
