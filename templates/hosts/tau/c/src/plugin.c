/* Your plugin. Handlers go here, their names into the tables at the end; cpex/cpex.h says what they can do. */
#include "cpex/cpex.h"

// cpex:each tool

/*
 * What the tool "greet" takes.
 * The host gets a JSON Schema that is made from the table, and the handler never sees arguments that do not fit. What
 * may be left out is a pointer, NULL where it was not given.
 */
typedef struct greet_arguments {
  cpex_str name;
  const bool *loud;
} greet_arguments;

static const cpex_param greet_params[] = {
    CPEX_PARAM(greet_arguments, name, "Who is meant."),
    CPEX_PARAM(greet_arguments, loud, "With three exclamation marks."),
    CPEX_END,
};

/*
 * Answers the tool "greet" with cpex_put and the like, or with cpex_fail.
 * Long work ends when cpex_cancelled(call), and tells how it gets on with cpex_delta.
 */
static bool on_greet(cpex_call *call, const void *arguments) {
  const greet_arguments *args = arguments;
  bool loud = args->loud != NULL && *args->loud;
  return cpex_put(call, "Hello, %s%s", args->name.ptr, loud ? "!!!" : "!");
}

// cpex:end
// cpex:each hook

/*
 * Answers the hook "before_agent_start".
 * Look at the data, then say what is to be added with cpex_message, cpex_system_prompt or cpex_tool_result_append;
 * without any of them nothing is.
 */
static bool on_before_agent_start(cpex_call *call, const cpex_json *data) {
  (void)call;
  (void)data;
  return true;
}

// cpex:end

const cpex_plugin cpex_plugin_definition = {
    // cpex:if tool
    .tools =
        (const cpex_tool[]){
            // cpex:each tool
            {
                .name = "greet",
                .description = "Says hello to somebody.",
                .prompt = "Say hello, with emphasis if need be.",
                CPEX_TAKES(greet_arguments, greet_params),
                .run = on_greet,
            },
            // cpex:end
            CPEX_END,
        },
    // cpex:end
    // cpex:if hook
    .hooks =
        (const cpex_hook[]){
            // cpex:each hook
            {.name = "before_agent_start", .run = on_before_agent_start},
            // cpex:end
            CPEX_END,
        },
    // cpex:end
    // cpex:if command
    .commands =
        (const cpex_command[]){
            // cpex:each command
            {.name = "hello", .description = "Welcomes the user."},
            // cpex:end
            CPEX_END,
        },
    // cpex:end
};
