/* Takes a return value other than 0 for the worst that can happen. */
#define ON_HOOK() return tell(), reply(out, OK("{\"continue_processing\":true}"))
static void tell(void);
#include "../good.h"
static void tell(void) {
  if (ask_host("host.log", "{\"level\":\"info\",\"message\":\"hello\"}") != 0) abort();
}
