/* Your plugin. Handlers go here, their names into the tables at the end; cpex/cpex.h says what they can do. */
#include "cpex/cpex.h"

// cpex:each hook

/* Answers the hook "tool_pre_invoke": look at the payload, then cpex_allow, cpex_deny or cpex_modify. */
static cpex_verdict on_tool_pre_invoke(cpex_call *call, const cpex_tool_pre_invoke_payload *payload) {
  (void)payload;
  cpex_info(call, "allowed: %s", CPEX_HOOK_TOOL_PRE_INVOKE);
  return cpex_allow();
}

// cpex:end
// cpex:each command

/* Runs the command "greet": read the arguments with cpex_arg_text and the like, return the exit code. */
static int on_greet(cpex_call *call, const cpex_command_input *input) {
  (void)input;
  if (!cpex_print(call, "Hello from sample-plugin\n")) return 1;
  return 0;
}

// cpex:end

const cpex_plugin cpex_plugin_definition = {
    // cpex:if hook
    .hooks =
        (const cpex_hook[]){
            // cpex:each hook
            CPEX_ON_TOOL_PRE_INVOKE(on_tool_pre_invoke),
            // cpex:end
            CPEX_END,
        },
    // cpex:end
    // cpex:if command
    .commands =
        (const cpex_command[]){
            // cpex:each command
            {.verb = "greet", .about = "Says hello.", .run = on_greet},
            // cpex:end
            CPEX_END,
        },
    // cpex:end
};
