/* The plugin of good.h that takes MessagePack where its host offers it. Its hook tells the host's log that it was
 * called, and hands the payload back as the modified one, byte for byte.
 *
 * A broken plugin defines a macro of good.h, packed-read.h or below, and includes this file. */
#include "packed-read.h"

/* Whether later bodies are MessagePack, and whether the call that this thread answers is. */
static int chosen;
static _Thread_local int answering;
/* The hook's request, for the payload. */
static _Thread_local const uint8_t *asked;
static _Thread_local size_t asked_len;

/* What is chosen among the codecs that a host offers. */
#ifndef TAKE
#define TAKE(offers) (offers).first_known
#endif
#ifndef ON_CHOICE
#define ON_CHOICE(codec) __atomic_store_n(&chosen, (codec) == MSGPACK, __ATOMIC_RELEASE)
#endif
#ifndef IN_CODEC
#define IN_CODEC(method) (__atomic_load_n(&chosen, __ATOMIC_ACQUIRE) && strcmp(method, "plugin.register"))
#endif
/* The codec of a text that is about to be written, and of a callback. */
#ifndef WRITES_PACKED
#define WRITES_PACKED(text) answering
#endif
#ifndef ASKS_PACKED
#define ASKS_PACKED() answering
#endif
/* Bytes behind the end of a callback's body that are sent with it. */
#ifndef ASKS_BEYOND
#define ASKS_BEYOND 0
#endif
/* What comes behind a reply in MessagePack, and what is done to a payload that goes back. */
#ifndef AFTER_REPLY
#define AFTER_REPLY(at)
#endif
#ifndef ON_PAYLOAD
#define ON_PAYLOAD(bytes, size)
#endif
#define REFUSE_NULL()                  \
  if (!method || !out) return 1;       \
  answering = IN_CODEC(method);        \
  asked = request;                     \
  asked_len = len
#define CHECK(shape)                                                                   \
  if (!(answering ? is_packed(request, len, shape) : is_request(request, len, shape))) \
  return reply(out, ERROR("invalid_request", "the body is not what the method takes"))
#define ENCODE()                                                                     \
  if (!WRITES_PACKED(text)) return reply_bytes(out, text, strlen(text));             \
  uint8_t bytes[2048], *at = pack_text(bytes, &text);                                \
  AFTER_REPLY(at);                                                                   \
  return reply_bytes(out, bytes, (size_t)(at - bytes))
#define ON_REGISTER() return introduce(out, request, len)
#ifndef ON_HOOK
#define ON_HOOK() return hand_back(out)
#endif

enum { NONE, JSON, MSGPACK };
/* The codecs of a registration: the first one that is known, the first one at all, and whether there are any. */
typedef struct { int first_known, first, any; } offers;

/* JSON of this plugin's own as MessagePack: texts without escapes, short containers, numbers below 128. */
static uint8_t *pack_text(uint8_t *at, const char **text) {
  const char *from = *text;
  if (*from == '"') {
    size_t size = strcspn(from + 1, "\"");
    if (size < 32) *at++ = (uint8_t)(0xa0 | size);
    else *at++ = 0xd9, *at++ = (uint8_t)size;
    memcpy(at, from + 1, size);
    *text = from + size + 2;
    return at + size;
  }
  if (*from == '{' || *from == '[') {
    uint8_t *head = at++;
    int values = 0;
    for (from++; *from != '}' && *from != ']'; values++) {
      at = pack_text(at, &from);
      if (*from == ',' || *from == ':') from++;
    }
    *head = (uint8_t)(*from == '}' ? 0x80 | values / 2 : 0x90 | values);
    *text = from + 1;
    return at;
  }
  if (*from == 't' || *from == 'f') {
    *at++ = *from == 't' ? 0xc3 : 0xc2;
    *text = from + (*from == 't' ? 4 : 5);
    return at;
  }
  *at++ = (uint8_t)strtol(from, (char **)text, 10);
  return at;
}

/* `slot` is the cpex_buffer of the reply, which good.h makes known. */
static int introduce(void *slot, const uint8_t *request, size_t len);
static int hand_back(void *slot);
#include "good.h"

/* The member of an object in either codec; the bytes of its value. */
static const uint8_t *member(const uint8_t *request, size_t len, const char *name, size_t *size) {
  char key[JSON_KEY];
  uint64_t hash, entries;
  if (answering) {
    packed p = {request + 1, request + len, 1};
    if (*request >= 0xde) packed_number(&p, 2 << (*request - 0xde), &entries);
    else entries = *request & 15;
    while (entries-- > 0 && packed_key(&p, key, &hash)) {
      const uint8_t *from = p.at;
      if (!packed_value(&p, "*")) return NULL;
      if (!strcmp(key, name)) return *size = (size_t)(p.at - from), from;
    }
    return NULL;
  }
  json j = {request, request + len, 1};
  json_space(&j), json_take(&j, '{');
  do {
    json_space(&j);
    if (!json_string(&j, key, NULL)) return NULL;
    json_space(&j), json_take(&j, ':'), json_space(&j);
    const uint8_t *from = j.at;
    if (!json_value(&j, "*")) return NULL;
    if (!strcmp(key, name)) return *size = (size_t)(j.at - from), from;
    json_space(&j);
  } while (json_take(&j, ','));
  return NULL;
}

static offers offered(const uint8_t *request, size_t len) {
  char name[JSON_KEY];
  size_t size;
  offers all = {NONE, NONE, 0};
  const uint8_t *list = member(request, len, "codecs", &size);
  if (!list) return all;
  json j = {list, list + size, 0};
  json_take(&j, '[');
  do {
    json_space(&j);
    if (!json_string(&j, name, NULL)) return all;
    int known = !strcmp(name, "msgpack") ? MSGPACK : !strcmp(name, "json") ? JSON : NONE;
    if (!all.any++) all.first = known;
    if (!all.first_known) all.first_known = known;
    json_space(&j);
  } while (json_take(&j, ','));
  return all;
}

static int introduce(void *slot, const uint8_t *request, size_t len) {
  static const char *const answers[] = {
      REGISTRATION,
      OK("{\"schema_version\":1,\"metadata\":" METADATA ",\"capabilities\":" CAPABILITIES ",\"codec\":\"json\"}"),
      OK("{\"schema_version\":1,\"metadata\":" METADATA ",\"capabilities\":" CAPABILITIES ",\"codec\":\"msgpack\"}"),
  };
  offers all = offered(request, len);
  int codec = TAKE(all);
  ON_CHOICE(codec);
  return reply(slot, answers[codec]);
}

/* Asks the host in the codec in force. */
__attribute__((unused)) static void tell_log(void) {
  const char *text = "{\"level\":\"debug\",\"message\":\"called\"}";
  cpex_buffer answer = {0};
  uint8_t bytes[128] = {0}, *end = bytes;
  if (ASKS_PACKED()) end = pack_text(bytes, &text);
  else end = (uint8_t *)memcpy(bytes, text, strlen(text)) + strlen(text);
  /* The host may call this thread again before it answers. */
  int before = answering;
  const uint8_t *request = asked;
  size_t len = asked_len;
  host->call(host->host_ctx, "host.log", bytes, (size_t)(end - bytes) + ASKS_BEYOND, &answer);
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
  answering = before;
  asked = request;
  asked_len = len;
}

/* What the hook asks its host before it answers. */
#ifndef ASKS
#define ASKS() tell_log()
#endif
#ifndef VERDICT
#define VERDICT "{\"ok\":true,\"result\":{\"continue_processing\":true,\"modified_payload\":"
#endif

static int hand_back(void *slot) {
  cpex_buffer *out = slot;
  ASKS();
  size_t size = 0;
  const uint8_t *payload = member(asked, asked_len, "payload", &size);
  const char *start = VERDICT, *closing = "0}}";
  uint8_t head[256], *end = head;
  char whole[256];
  if (answering) {
    /* The member's value is packed as a number of one byte, which the payload takes the place of. */
    const char *text = strcat(strcpy(whole, start), closing);
    end = pack_text(head, &text) - 1;
  } else end = (uint8_t *)memcpy(head, start, strlen(start)) + strlen(start);
  size_t before = (size_t)(end - head), after = answering ? 0 : 2;
  uint8_t *bytes = ALLOCATE(before + size + after);
  if (!bytes) return out->ptr = NULL, out->len = 0, 1;
  memcpy(bytes, head, before);
  memcpy(bytes + before, payload, size);
  ON_PAYLOAD(bytes + before, size);
  memcpy(bytes + before + size, "}}", after);
  out->ptr = bytes;
  out->len = before + size + after;
  return 0;
}
