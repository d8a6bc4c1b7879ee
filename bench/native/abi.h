/* The native ABI, version 1: the one that the runtime's tests are built against. */
#include "../../test/runtime/plugins/cpex_abi.h"

typedef int (*cpex_init)(const cpex_host_api *host, cpex_plugin_api *plugin);
