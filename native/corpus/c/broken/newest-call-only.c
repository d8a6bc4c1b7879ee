/* Takes a call for abandoned as soon as another one comes. */
static int newest;
#define ON_HOOK()                                                            \
  do {                                                                       \
    int mine = __atomic_add_fetch(&newest, 1, __ATOMIC_SEQ_CST);             \
    ask_host("host.log", "{\"level\":\"info\",\"message\":\"a call\"}");     \
    if (mine == __atomic_load_n(&newest, __ATOMIC_SEQ_CST)) return reply(out, OK("{\"continue_processing\":true}")); \
    return reply(out, ERROR("plugin_error", "this call was given up"));      \
  } while (0)
#include "../good.h"
