/* Unit tests: ctest, or `cpex test --native`. The cases in tests/cases say what the plugin does in its host. */
#include "cpex/cpex_test.h"
#include "cpex/types.h"
#include "src/pii.h"

/* The finds of a text as "kind@start+length", with spaces between. */
static const char *finds_in(const char *text) {
  static const bool all[PII_KINDS] = {true, true, true, true};
  static char line[256];
  pii_scan scan = {.text = text, .length = strlen(text)};
  pii_find find;
  size_t length = 0;
  line[0] = '\0';
  while (pii_next(&scan, all, &find)) {
    length += (size_t)snprintf(line + length, sizeof line - length, "%s%s@%d+%d", length == 0 ? "" : " ",
                               pii_names[find.kind], (int)find.start, (int)find.length);
  }
  return line;
}

static void check_finds(const char *text, const char *expected) {
  const char *found = finds_in(text);
  if (strcmp(found, expected) != 0) fprintf(stderr, "in \"%s\": \"%s\"\n", text, found);
  CPEX_CHECK(strcmp(found, expected) == 0);
}

static void test_addresses(void) {
  check_finds("a@b.co", "email@0+6");
  check_finds("a@b.co-m", "email@0+6");
  check_finds("a@b.co.x1", "email@0+6");
  check_finds("a@b.co.uk.", "email@0+9");
  check_finds("a@b@c.org", "email@2+7");
  check_finds("a@b..org a@.org a@b.c @b.org", "");
  check_finds("x..y@z-.org", "email@0+11");
}

static void test_numbers(void) {
  check_finds("123-45-6789", "ssn@0+11");
  check_finds("+123-45-6789", "phone@0+12");
  check_finds("+44 20 7946 0958 1", "phone@0+18");
  check_finds("+12345678--9", "phone@0+9");
  check_finds("1+12345678", "");
  check_finds("4111 1111 1111 1111", "card@0+19");
  check_finds("4111 1111 1111 1111 22", "card@0+19");
  check_finds("41111111111111119999", "");
  check_finds("", "");
}

/* Texts that make a careless search take a time that grows with the square of their length. */
static void test_long_texts(void) {
  static const char *const pieces[] = {"a", "a@", "a@b.", "123-45-6789.", "1 ", "+1", "4111-"};
  static const bool all[PII_KINDS] = {true, true, true, true};
  static char text[1 << 20];
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    size_t size = strlen(pieces[i]);
    size_t finds = 0;
    pii_find find;
    for (size_t at = 0; at < sizeof text; at++) text[at] = pieces[i][at % size];
    pii_scan scan = {.text = text, .length = sizeof text};
    while (pii_next(&scan, all, &find)) finds++;
    CPEX_CHECK(scan.at == sizeof text);
    CPEX_CHECK(finds <= sizeof text / 9);
  }
}

static cpex_str member(const cpex_json *object, const char *key) {
  return cpex_json_string(cpex_json_get(object, cpex_text(key)));
}

static void test_tool_result(void) {
  cpex_test_start("{\"kinds\":[\"email\"],\"replacement\":\"<{kind}/{kind}>\"}");
  cpex_test_reply reply =
      cpex_test_hook(CPEX_HOOK_TOOL_POST_INVOKE, "{\"name\":\"t\",\"result\":\"ada@example.org, 123-45-6789\"}");
  CPEX_CHECK(reply.ok);
  const cpex_json *payload = cpex_json_get(reply.result, cpex_text("modified_payload"));
  CPEX_CHECK(cpex_is(member(payload, "result"), "<EMAIL/EMAIL>, 123-45-6789"));
  CPEX_CHECK(cpex_is(member(cpex_test_request("host.log"), "message"), "redacted"));
  cpex_test_stop();
}

static void test_nothing_found(void) {
  cpex_test_start(NULL);
  cpex_test_reply reply = cpex_test_hook(CPEX_HOOK_TOOL_PRE_INVOKE, "{\"name\":\"t\",\"args\":{\"a@b.co\":[1,null]}}");
  CPEX_CHECK(reply.ok);
  CPEX_CHECK(cpex_json_get(reply.result, cpex_text("modified_payload")) == NULL);
  CPEX_CHECK(cpex_test_count("host.log") == 0);
  cpex_test_stop();
}

static void test_bad_configuration(void) {
  cpex_test_start(NULL);
  cpex_test_reply reply = cpex_test_call("plugin.reconfigure", "{\"config\":{\"kinds\":[\"passport\"]}}");
  CPEX_CHECK(!reply.ok && cpex_is(reply.code, "invalid_config"));
  CPEX_CHECK(strstr(reply.message.ptr, "passport") == NULL);
  cpex_test_stop();
}

int main(void) {
  test_addresses();
  test_numbers();
  test_long_texts();
  test_tool_result();
  test_nothing_found();
  test_bad_configuration();
  return 0;
}
