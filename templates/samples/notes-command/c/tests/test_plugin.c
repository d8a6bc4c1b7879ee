/* Unit tests: ctest, or `cpex test --native`. The cases in tests/cases say what the plugin does in its host. */
#include "cpex/cpex_test.h"

static cpex_test_reply notes(const char *verb, const char *args) {
  cpex_str request =
      cpex_format(cpex_test_memory(), "{\"verb_path\":[\"notes\",\"%s\"],\"args\":%s,\"env\":{}}", verb, args);
  cpex_test_reply reply = cpex_test_call("command.run", request.ptr);
  CPEX_CHECK(reply.ok);
  return reply;
}

static int64_t exit_code(cpex_test_reply reply) {
  int64_t code = -1;
  CPEX_CHECK(cpex_json_int64(cpex_json_get(reply.result, cpex_text("exit_code")), &code));
  return code;
}

static void test_add_list_remove(void) {
  cpex_test_start(NULL);
  CPEX_CHECK(exit_code(notes("add", "{\"text\":\"one\",\"tag\":\"t\"}")) == 0);
  CPEX_CHECK(exit_code(notes("add", "{\"text\":\"two \\\"2\\\"\"}")) == 0);
  CPEX_CHECK(exit_code(notes("remove", "{\"id\":1}")) == 0);
  CPEX_CHECK(exit_code(notes("add", "{\"text\":\"three\"}")) == 0);
  CPEX_CHECK(exit_code(notes("list", "{}")) == 0);
  CPEX_CHECK(exit_code(notes("list", "{\"json\":true,\"limit\":1}")) == 0);
  CPEX_CHECK(
      cpex_is(cpex_test_stdout(),
              "added 1\nadded 2\nadded 3\n2\t-\ttwo \"2\"\n3\t-\tthree\n[{\"id\":2,\"text\":\"two \\\"2\\\"\"}]\n"));
  cpex_test_stop();
}

static void test_mistakes(void) {
  cpex_test_start(NULL);
  cpex_test_reply reply = notes("remove", "{\"id\":7}");
  CPEX_CHECK(exit_code(reply) == 1);
  CPEX_CHECK(cpex_is(cpex_json_string(cpex_json_get(reply.result, cpex_text("message"))), "there is no note 7"));
  CPEX_CHECK(exit_code(notes("add", "{\"text\":\"\"}")) == 2);
  CPEX_CHECK(exit_code(notes("list", "{\"limit\":-1}")) == 2);
  CPEX_CHECK(cpex_test_count("host.kv.set") == 0);
  cpex_test_stop();
}

int main(void) {
  test_add_list_remove();
  test_mistakes();
  return 0;
}
