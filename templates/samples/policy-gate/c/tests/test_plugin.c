/* Unit tests: ctest, or `cpex test --native`. The cases in tests/cases say what the plugin does in its host. */
#include "cpex/cpex_test.h"
#include "cpex/types.h"

/* The reason of the denial of a tool; absent when it is allowed. */
static cpex_str reason_for(const char *tool) {
  cpex_str payload = cpex_format(cpex_test_memory(), "{\"name\":\"%s\",\"args\":{}}", tool);
  cpex_test_reply reply = cpex_test_hook(CPEX_HOOK_TOOL_PRE_INVOKE, payload.ptr);
  CPEX_CHECK(reply.ok);
  const cpex_json *violation = cpex_json_get(reply.result, cpex_text("violation"));
  return cpex_json_string(cpex_json_get(violation, cpex_text("reason")));
}

static void test_first_match_decides(void) {
  cpex_test_start(
      "{\"default\":\"deny\",\"rules\":[{\"effect\":\"deny\",\"tool\":\"sh*ll\",\"reason\":\"no shells\"},"
      "{\"effect\":\"allow\",\"tool\":\"s*\"},{\"effect\":\"deny\",\"tool\":\"*x*\"}]}");
  CPEX_CHECK(cpex_is(reason_for("shell"), "no shells"));
  CPEX_CHECK(cpex_is(reason_for("shll"), "no shells"));
  CPEX_CHECK(reason_for("shells").ptr == NULL);
  CPEX_CHECK(cpex_is(reason_for("axb"), "denied by rule 3"));
  CPEX_CHECK(cpex_is(reason_for("other"), "denied by default"));
  cpex_test_stop();
}

static void test_no_rules(void) {
  cpex_test_start(NULL);
  CPEX_CHECK(reason_for("shell").ptr == NULL);
  cpex_test_stop();
}

/* A pattern of many stars takes no longer than its length times the text's. */
static void test_many_stars(void) {
  cpex_test_start("{\"rules\":[{\"effect\":\"deny\",\"tool\":\"*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab\"}]}");
  CPEX_CHECK(reason_for("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").ptr == NULL);
  cpex_test_stop();
}

static void test_bad_configuration(void) {
  cpex_test_start(NULL);
  cpex_test_reply reply = cpex_test_call("plugin.reconfigure", "{\"config\":{\"rules\":[{\"effect\":\"perhaps\"}]}}");
  CPEX_CHECK(!reply.ok && cpex_is(reply.code, "invalid_config"));
  CPEX_CHECK(cpex_is(reply.message, "the effect of rule 1 must be allow or deny"));
  cpex_test_stop();
}

int main(void) {
  test_first_match_decides();
  test_no_rules();
  test_many_stars();
  test_bad_configuration();
  return 0;
}
