/* Exports its entry function under another name. */
#define ENTRY cpex_plugin_start
#include "../good.h"
