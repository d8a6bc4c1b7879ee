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
// cpex:each step

/* Runs steps of the runner "shell": input->step.args says what to do; write to its log, return the exit code. */
static cpex_step_result on_shell(cpex_call *call, const cpex_step_input *input) {
  cpex_step_result result = {.exit_code = 0};
  if (!cpex_step_print(call, CPEX_OUTPUT_STREAM_STDOUT, "running %s\n", input->step.key.ptr)) result.exit_code = 1;
  return result;
}

// cpex:end
// cpex:each lifecycle

/* Hears of the event "before_build_start": answer with cpex_continue, or with cpex_abort in the phase before. */
static cpex_lifecycle_answer on_before_build_start(cpex_call *call, const cpex_lifecycle_input *input) {
  (void)input;
  cpex_info(call, "heard of %s", "before_build_start");
  return cpex_continue();
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
    // cpex:if step
    .steps =
        (const cpex_runner[]){
            // cpex:each step
            {.runner = "shell", .run = on_shell},
            // cpex:end
            CPEX_END,
        },
    // cpex:end
    // cpex:if lifecycle
    .lifecycle =
        (const cpex_lifecycle[]){
            // cpex:each lifecycle
            CPEX_BEFORE_BUILD_START(on_before_build_start),
            // cpex:end
            CPEX_END,
        },
    // cpex:end
};
