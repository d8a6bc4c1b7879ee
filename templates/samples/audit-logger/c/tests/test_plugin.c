/* Unit tests: ctest, or `cpex test --native`. The cases in tests/cases say what the plugin does in its host. */
#include "cpex/cpex_test.h"
#include "cpex/types.h"

static const cpex_json *event_after(const char *hook, const char *payload) {
  cpex_test_reply reply = cpex_test_hook(hook, payload);
  CPEX_CHECK(reply.ok);
  CPEX_CHECK(cpex_json_is_true(cpex_json_get(reply.result, cpex_text("continue_processing"))));
  return cpex_json_get(cpex_test_request("host.event.emit"), cpex_text("data"));
}

static uint64_t sequence_of(const cpex_json *event) {
  uint64_t sequence = 0;
  CPEX_CHECK(cpex_json_uint64(cpex_json_get(event, cpex_text("sequence")), &sequence));
  return sequence;
}

static void test_counts(void) {
  cpex_test_start(NULL);
  CPEX_CHECK(sequence_of(event_after("tool_pre_invoke", "{\"name\":\"search\",\"args\":{\"q\":\"secret\"}}")) == 1);
  CPEX_CHECK(sequence_of(event_after("tool_pre_invoke", "{\"name\":\"search\",\"args\":{}}")) == 2);
  CPEX_CHECK(sequence_of(event_after("resource_pre_fetch", "{\"uri\":\"file:a\"}")) == 1);
  cpex_test_reply reply = cpex_test_call("command.run", "{\"verb_path\":[\"audit\",\"show\"],\"args\":{},\"env\":{}}");
  CPEX_CHECK(reply.ok);
  CPEX_CHECK(cpex_is(cpex_test_stdout(), "tool_pre_invoke\t2\nresource_pre_fetch\t1\n"));
  cpex_test_stop();
}

/* A new process goes on from the store. */
static void test_goes_on(void) {
  cpex_test_start(NULL);
  cpex_test_answer("host.kv.get", "{\"ok\":true,\"result\":{\"found\":true,\"value\":\"NDE=\"}}");
  CPEX_CHECK(sequence_of(event_after("tool_pre_invoke", "{\"name\":\"search\",\"args\":{}}")) == 42);
  cpex_test_stop();
}

static void test_bad_store(void) {
  cpex_test_start(NULL);
  cpex_test_answer("host.kv.get", "{\"ok\":true,\"result\":{\"found\":true,\"value\":\"eA==\"}}");
  cpex_test_reply reply = cpex_test_hook("tool_pre_invoke", "{\"name\":\"search\",\"args\":{}}");
  CPEX_CHECK(!reply.ok && cpex_is(reply.code, "bad_count"));
  CPEX_CHECK(cpex_test_count("host.event.emit") == 0);
  cpex_test_stop();
}

int main(void) {
  test_counts();
  test_goes_on();
  test_bad_store();
  return 0;
}
