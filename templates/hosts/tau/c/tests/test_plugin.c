/* Unit tests of the handlers: ctest, or `cpex test --native`. */
#include "cpex/cpex_test.h"

// cpex:each tool

static void test_greet(void) {
  cpex_test_start();
  cpex_test_result result = cpex_test_tool("greet", "{\"name\":\"you\"}");
  CPEX_CHECK(!result.is_error);
  CPEX_CHECK(cpex_is(result.text, "Hello, you!"));
  result = cpex_test_tool("greet", "{\"name\":7}");
  CPEX_CHECK(result.is_error);
  CPEX_CHECK(cpex_is(result.text, "arguments.name is not a string"));
  cpex_test_stop();
}

// cpex:end
// cpex:each hook

static void test_before_agent_start(void) {
  cpex_test_start();
  cpex_test_added added = cpex_test_hook("before_agent_start", "{}");
  CPEX_CHECK(added.message.ptr == NULL && added.system_prompt.ptr == NULL && added.tool_result_append.ptr == NULL);
  cpex_test_stop();
}

// cpex:end
// cpex:each command

static void test_hello(void) {
  cpex_test_start();
  CPEX_CHECK(cpex_test_has_command("hello"));
  cpex_test_stop();
}

// cpex:end

int main(void) {
  // cpex:each tool
  test_greet();
  // cpex:end
  // cpex:each hook
  test_before_agent_start();
  // cpex:end
  // cpex:each command
  test_hello();
  // cpex:end
  return 0;
}
