/* A plugin with the fault that its configuration or the arguments of a hook name: {"fault":"crash"}. Without one it
 * allows; everything around the fault stays good. What stands under "api_key" in its configuration is never to be
 * seen. */
#define CAPABILITIES "{\"hooks\":[\"tool_pre_invoke\",\"cmf.llm_input\"]}"
static int on_register(const unsigned char *request, unsigned long len, void *slot);
static int on_hook(const unsigned char *request, unsigned long len, void *slot);
#define ON_REGISTER() return on_register(request, len, out)
#define ON_HOOK() return on_hook(request, len, out)
#include "good.h"
#include <unistd.h>

static char configured[64], fault[64], key[256];

/* The text that stands under a name in JSON without escapes. */
static void find(const char *json, const char *name, char *into, size_t room) {
  char wanted[64];
  into[0] = 0;
  snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
  const char *at = strstr(json, wanted);
  if (!at) return;
  at += strlen(wanted);
  size_t length = strcspn(at, "\"");
  if (length >= room) length = room - 1;
  memcpy(into, at, length);
  into[length] = 0;
}

/* The object or list that stands under a name, a copy. */
static char *part(const char *json, const char *name) {
  char wanted[64];
  snprintf(wanted, sizeof wanted, "\"%s\":", name);
  const char *at = strstr(json, wanted);
  if (!at) return NULL;
  at += strlen(wanted);
  int depth = 0, quoted = 0;
  for (const char *p = at; *p; p++) {
    if (quoted && *p == '\\') p++;
    else if (*p == '"') quoted = !quoted;
    else if (!quoted && (*p == '{' || *p == '[')) depth++;
    else if (!quoted && (*p == '}' || *p == ']') && --depth == 0) return strndup(at, (size_t)(p - at) + 1);
  }
  return NULL;
}

static int answer(void *slot, const char *form, const char *text) {
  char *body = NULL;
  int failed = 1;
  if (asprintf(&body, form, text) >= 0) failed = reply(slot, body);
  free(body);
  return failed;
}

static int is(const char *name) { return !strcmp(fault, name); }

static int on_register(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len);
  if (!words) return 1;
  find(words, "fault", configured, sizeof configured);
  find(words, "api_key", key, sizeof key);
  free(words);
  strcpy(fault, configured);
  if (is("register-leaks")) return answer(slot, ERROR("invalid_config", "the key %s is not valid"), key);
  if (is("register-exits")) _exit(0);
  return reply(slot, REGISTRATION);
}

static void flood(void) {
  for (int line = 0; line < 100000; line++) {
    ask_host("host.log", "{\"level\":\"info\",\"message\":\"one of a hundred thousand lines, long enough to fill a memory that is not bounded\"}");
  }
}

static int on_hook(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len);
  int failed = 1;
  if (!words) return 1;
  find(words, "fault", fault, sizeof fault);
  if (!fault[0]) strcpy(fault, configured);
  if (is("crash")) abort();
  if (is("null")) *(volatile int *)0 = 1;
  if (is("exit")) exit(0);
  if (is("hang")) for (;;) pause();
  if (is("flood-hang")) for (;;) flood();
  if (is("flood")) flood();
  if (is("prints")) for (int line = 0; line < 100000; line++) printf("line %d of a hundred thousand\n", line);
  fflush(stdout);
  if (is("same-payload")) {
    char *payload = part(words, "payload");
    failed = answer(slot, OK("{\"continue_processing\":true,\"modified_payload\":%s,\"metadata\":{\"payload_modified\":true}}"), payload ? payload : "null");
    free(payload);
  } else if (is("says-modified")) {
    failed = reply(slot, OK("{\"continue_processing\":true,\"payload_modified\":true,\"metadata\":{\"payload_modified\":true}}"));
  } else if (is("deny")) {
    failed = reply(slot, OK("{\"continue_processing\":false,\"violation\":{\"code\":\"no\",\"reason\":\"because\"}}"));
  } else if (is("deny-bare")) {
    failed = reply(slot, OK("{\"continue_processing\":false,\"modified_payload\":{\"name\":\"rm\",\"args\":{}}}"));
  } else if (is("modify")) {
    failed = reply(slot, OK("{\"continue_processing\":true,\"modified_payload\":{\"name\":\"changed\",\"args\":{}}}"));
  } else if (is("drops-label")) {
    failed = reply(slot, OK("{\"continue_processing\":true,\"modified_payload\":{\"name\":\"changed\",\"args\":{}},\"modified_extensions\":{\"request\":{\"request_id\":\"req-1\"},\"security\":{\"labels\":[]}}}"));
  } else if (is("edits-request")) {
    failed = reply(slot, OK("{\"continue_processing\":true,\"modified_extensions\":{\"request\":{\"request_id\":\"forged\"},\"security\":{\"labels\":[\"pii\"]}}}"));
  } else if (is("leaks")) {
    printf("using %s\n", key);
    fflush(stdout);
    failed = answer(slot, "{\"ok\":false,\"error\":{\"code\":\"upstream\",\"message\":\"401 for key %1$s\",\"details\":{\"header\":\"Bearer %1$s\"}}}", key);
  } else if (is("leaks-deny")) {
    failed = answer(slot, OK("{\"continue_processing\":false,\"violation\":{\"code\":\"no\",\"reason\":\"key %1$s\",\"description\":\"%1$s\",\"details\":{\"key\":\"%1$s\"}},\"metadata\":{\"key\":\"%1$s\"}}"), key);
  } else if (is("leaks-panic")) {
    fprintf(stderr, "assertion failed: key %s\n", key);
    abort();
  } else if (is("wrong-types")) {
    failed = reply(slot, OK("{\"continue_processing\":\"yes\",\"metadata\":[1]}"));
  } else if (is("no-json")) {
    failed = reply(slot, "{\"ok\":true,");
  } else if (is("empty")) {
    failed = reply(slot, OK("{}"));
  } else if (is("wrong-payload")) {
    failed = reply(slot, OK("{\"continue_processing\":true,\"modified_payload\":{\"name\":7,\"args\":{}}}"));
  } else if (is("null-payload")) {
    failed = reply(slot, OK("{\"continue_processing\":true,\"modified_payload\":null}"));
  } else if (is("error")) {
    failed = reply(slot, ERROR("quota", "no quota is left"));
  } else {
    failed = reply(slot, OK("{\"continue_processing\":true}"));
  }
  free(words);
  return failed;
}
