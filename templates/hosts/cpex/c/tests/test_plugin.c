/* Unit tests of the handlers: ctest, or `cpex test --native`. */
#include "cpex/cpex_test.h"
// cpex:if hook
#include "cpex/samples.h"
#include "cpex/types.h"
// cpex:end

// cpex:each hook

static void test_tool_pre_invoke(void) {
  cpex_test_start(NULL);
  cpex_test_reply reply = cpex_test_hook(CPEX_HOOK_TOOL_PRE_INVOKE, CPEX_SAMPLE_TOOL_PRE_INVOKE);
  CPEX_CHECK(reply.ok);
  CPEX_CHECK(cpex_json_is_true(cpex_json_get(reply.result, cpex_text("continue_processing"))));
  CPEX_CHECK(cpex_test_count("host.log") == 1);
  cpex_test_stop();
}

// cpex:end
// cpex:each command

static void test_greet(void) {
  cpex_test_start(NULL);
  cpex_test_reply reply = cpex_test_command("greet", "{}");
  int64_t exit_code = -1;
  CPEX_CHECK(reply.ok);
  CPEX_CHECK(cpex_json_int64(cpex_json_get(reply.result, cpex_text("exit_code")), &exit_code));
  CPEX_CHECK(exit_code == 0);
  CPEX_CHECK(cpex_is(cpex_test_stdout(), "Hello from sample-plugin\n"));
  cpex_test_stop();
}

// cpex:end
// cpex:each step

static void test_shell(void) {
  cpex_test_start(NULL);
  cpex_test_reply reply = cpex_test_step("shell", "{}");
  int64_t exit_code = -1;
  CPEX_CHECK(reply.ok);
  CPEX_CHECK(cpex_json_int64(cpex_json_get(reply.result, cpex_text("exit_code")), &exit_code));
  CPEX_CHECK(exit_code == 0);
  CPEX_CHECK(cpex_is(cpex_test_stdout(), "running test\n"));
  cpex_test_stop();
}

// cpex:end
// cpex:each lifecycle

static void test_before_build_start(void) {
  cpex_test_start(NULL);
  cpex_test_reply reply = cpex_test_event("before_build_start", NULL);
  CPEX_CHECK(reply.ok);
  CPEX_CHECK(cpex_is(cpex_json_string(cpex_json_get(reply.result, cpex_text("outcome"))), "continue"));
  CPEX_CHECK(cpex_test_count("host.log") == 1);
  cpex_test_stop();
}

// cpex:end

int main(void) {
  // cpex:each hook
  test_tool_pre_invoke();
  // cpex:end
  // cpex:each command
  test_greet();
  // cpex:end
  // cpex:each step
  test_shell();
  // cpex:end
  // cpex:each lifecycle
  test_before_build_start();
  // cpex:end
  return 0;
}
