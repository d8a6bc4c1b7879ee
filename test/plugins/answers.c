/* A plugin that answers hooks with what its configuration has under "answer", or allows; with "log" it writes that line
 * first. Under "packed" it takes MessagePack, and then allows ("allow") or denies ("deny") whatever "answer" says. */
static int on_register(const unsigned char *request, unsigned long len, void *slot);
static int on_hook(const unsigned char *request, unsigned long len, void *slot);
#define ON_REGISTER() return on_register(request, len, out)
#define ON_HOOK() return on_hook(request, len, out)
/* Requests may be MessagePack, which the check does not read. */
#define CHECK(shape)
#include "good.h"

static char *answer_text, log_line[256], packed[16];

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

/* The object that stands under a name, a copy. */
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

static int on_register(const unsigned char *request, unsigned long len, void *slot) {
  char *words = strndup((const char *)request, len);
  if (!words) return 1;
  free(answer_text);
  answer_text = part(words, "answer");
  find(words, "log", log_line, sizeof log_line);
  find(words, "packed", packed, sizeof packed);
  if (!strstr(words, "\"msgpack\"")) packed[0] = 0;
  free(words);
  return reply(slot, packed[0] ? OK("{\"schema_version\":1,\"metadata\":" METADATA ",\"capabilities\":" CAPABILITIES ",\"codec\":\"msgpack\"}") : REGISTRATION);
}

static int on_hook(const unsigned char *request, unsigned long len, void *slot) {
  (void)request, (void)len;
  if (packed[0]) {
    /* {"ok": true, "result": {"continue_processing": true}} */
    unsigned char body[] = "\x82\xa2ok\xc3\xa6result\x81\xb3" "continue_processing\xc3";
    if (!strcmp(packed, "deny")) body[sizeof body - 2] = 0xc2;
    return reply_bytes(slot, body, sizeof body - 1);
  }
  char *text = NULL;
  int failed = 1;
  if (log_line[0] && asprintf(&text, "{\"level\":\"info\",\"message\":\"%s\"}", log_line) >= 0) ask_host("host.log", text);
  free(text);
  text = NULL;
  const char *form = "{\"ok\":true,\"result\":%s}";
  if (asprintf(&text, form, answer_text ? answer_text : "{\"continue_processing\":true}") >= 0) failed = reply(slot, text);
  free(text);
  return failed;
}
