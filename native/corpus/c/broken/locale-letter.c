/* Leaves it to the locale which letters are the same. */
#include <wctype.h>
#define ON_HOOK()                                                                                   \
  do {                                                                                              \
    if (towlower(L'I') != L'i') return reply(out, ERROR("plugin_error", "no tool of the name ID")); \
    return reply(out, OK("{\"continue_processing\":true}"));                                        \
  } while (0)
#include "good.h"
