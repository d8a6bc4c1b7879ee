/* Prints, logs and fails with escape sequences that would take over a terminal. */
#define ON_HOOK()                                                                      \
  do {                                                                                 \
    fputs("\x1b]0;owned\x07printed\r\n", stderr);                                      \
    ask_host("host.log", "{\"level\":\"info\",\"message\":\"logged \\u001b[2J gone\"}"); \
    return reply(out, ERROR("plugin_error", "bad \\u001b[31mred\\u0007 news"));        \
  } while (0)
#include "../good.h"
