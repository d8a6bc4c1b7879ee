import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingTools } from '../../testing/support/compile.js';
import { Bench, type Opened } from './bench.js';

const missing = missingTools('cc');
const bench = new Bench();
afterAll(() => bench.remove());

/** Notes what it answered with and what comes back to be freed; the model names the kind of answer. */
const SOURCE = `
#define FILL() (plugin->abi_version = 1, plugin->call = call, plugin->free_buffer = give_back)
#define ON_CALL() do { int code = answer(method, request, len, out); if (code >= 0) return code; } while (0)
#include <stddef.h>
#include <stdint.h>
#include <stdatomic.h>
static int answer(const char *, const uint8_t *, size_t, void *);
static void give_back(void *, size_t);
#include "plugin.h"

static atomic_int dirty, given, wrong, twice, returned;
/* The length of each buffer stands before it, and whether it came back. */
typedef struct { size_t len; atomic_int back; } head;

static int give(cliproxy_buffer *out, const char *text, size_t len, int code) {
  head *one = calloc(1, sizeof(head) + len + 1);
  one->len = len;
  memcpy(one + 1, text, len);
  out->ptr = one + 1;
  out->len = len;
  given++;
  return code;
}
static void give_back(void *ptr, size_t len) {
  head *one = (head *)ptr - 1;
  returned++;
  if (one->len != len) wrong++;
  if (one->back++) twice++;
}
static int answer(const char *method, const uint8_t *request, size_t len, void *slot) {
  cliproxy_buffer *out = slot;
  char kind[64], text[256];
  if (out->ptr || out->len) dirty++;
  member(request, len, "Model", kind, sizeof kind);
  if (!strcmp(kind, "ledger")) {
    snprintf(text, sizeof text, "dirty %d, given %d, returned %d, of another length %d, twice %d", dirty, given, returned, wrong, twice);
    char *encoded = base64(text, strlen(text)), whole[512];
    snprintf(whole, sizeof whole, "{\\"ok\\":true,\\"result\\":{\\"Body\\":\\"%s\\"}}", encoded);
    free(encoded);
    return give(out, whole, strlen(whole), 0);
  }
  if (!strcmp(kind, "nothing")) return 0;
  if (!strcmp(kind, "no pointer")) return out->len = 7, 1;
  if (!strcmp(kind, "no length")) return give(out, "", 0, 0);
  if (!strcmp(kind, "code without length")) return give(out, "", 0, 2);
  if (!strcmp(kind, "code with text")) return give(out, "boom", 4, 3);
  if (!strcmp(kind, "code with error")) {
    const char *error = ERROR("x", "said so");
    return give(out, error, strlen(error), 4);
  }
  const char *good = !strcmp(method, "request.normalize") ? OK("{}") : REGISTRATION;
  return give(out, good, strlen(good), 0);
}
`;

describe.skipIf(missing !== undefined)(`the slot for an answer${missing === undefined ? '' : ` (${missing})`}`, () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await bench.start(bench.compileText('slot', SOURCE));
    await opened.plugin.register(undefined);
  });
  const ask = async (model: string) => {
    const { envelope } = await opened.plugin.invoke('request.normalize', { Model: model });
    return envelope.ok === true ? 'good' : (envelope.error?.message ?? '');
  };

  it.each([
    ['good', 'good'],
    ['nothing', 'decode plugin envelope request.normalize: unexpected end of JSON input'],
    ['no pointer', 'plugin call request.normalize returned 1: '],
    ['no length', 'decode plugin envelope request.normalize: unexpected end of JSON input'],
    ['code without length', 'plugin call request.normalize returned 2: '],
    ['code with text', 'plugin call request.normalize returned 3: boom'],
    ['code with error', 'said so'],
  ])('may hold %s, one call after the other and several at once: %s', async (model, said) => {
    expect(await ask(model)).toBe(said);
    expect(await Promise.all(Array.from({ length: 8 }, () => ask(model)))).toEqual(Array(8).fill(said));
  });

  it('was empty before each call, and what it held came back once, with the length that it had', async () => {
    const { envelope } = await opened.plugin.invoke('request.normalize', { Model: 'ledger' });
    const { Body } = (envelope.result ?? {}) as { Body?: string };
    const calls = 1 + 5 * 9;
    expect(Buffer.from(Body ?? '', 'base64').toString()).toBe(
      `dirty 0, given ${calls}, returned ${calls}, of another length 0, twice 0`,
    );
  });
});
