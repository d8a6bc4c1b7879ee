/* Gives itself another version at each registration. */
static int registrations;
#define ON_REGISTER() return reply(out, registrations++ ? OK("{\"schema_version\":1,\"metadata\":{\"id\":\"plugin\",\"name\":\"Again\",\"version\":\"1.0.1\",\"author\":\"Tests\"},\"capabilities\":{\"hooks\":[\"tool_pre_invoke\"]}}") : REGISTRATION)
#include "../good.h"
