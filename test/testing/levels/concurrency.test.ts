import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { changedAt, variantsOf } from '../../../src/testing/conformance/concurrency/variants.js';
import { compileC, compileText } from '../support/compile.js';
import { complaints, judged, judgedLibrary } from '../support/judged.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-concurrency-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('level 6', () => {
  test('sees every defect in C, Go and Rust, and nothing in good plugins', { timeout: 900_000 }, async () => {
    const results = await judged('conc.*');
    expect(complaints(results)).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(15);
  });

  test.each(['asks', 'foreign-thread'])(
    'has nothing against %s, which asks its host',
    { timeout: 300_000 },
    async (name) => {
      expect(complaints(await judgedLibrary(compileC(name, folder), 'c', /^conc\./))).toEqual([]);
    },
  );
});

/** Answers that change by themselves: in time, from one process to another, after so many calls. */
const VARYING = {
  clock: '(long)time(NULL)',
  process: '(long)getpid()',
  count: '(long)(__atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST) > 50)',
};

describe('answers that change by themselves', () => {
  test.each(Object.entries(VARYING))(
    '%s: are no fault of threads, lives or calls that failed',
    { timeout: 300_000 },
    async (name, value) => {
      const source = `#include <time.h>
#include <unistd.h>
#include <stdio.h>
static long calls;
static int on_hook(void *slot);
#define ON_HOOK() return on_hook(out)
#include "good.h"
static int on_hook(void *slot) {
  char text[128];
  sprintf(text, OK("{\\"continue_processing\\":true,\\"metadata\\":{\\"value\\":%ld}}"), ${value});
  return reply(slot, text);
}
`;
      const results = await judgedLibrary(compileText(name, source, folder), 'c', /^(conc|life|err)\./);
      expect(complaints(results)).toEqual([]);
    },
  );
});

describe('variants of a request', () => {
  it('change one text or number each, texts first', () => {
    const sample = { method: 'm', capability: 'c', request: { count: 1, name: 'a', list: [{ text: 'b' }], on: true } };
    expect(variantsOf(sample, 9).map(({ request }) => request)).toEqual([
      { ...sample.request, name: 'a-2' },
      { ...sample.request, list: [{ text: 'b-2' }] },
      { ...sample.request, count: 2 },
    ]);
    expect(variantsOf(sample, 1)).toHaveLength(1);
  });

  it('leave the sample as it is', () => {
    const request = { list: ['a'] };
    expect(changedAt(request, ['list', 0])).toEqual({ list: ['a-2'] });
    expect(request).toEqual({ list: ['a'] });
  });
});
