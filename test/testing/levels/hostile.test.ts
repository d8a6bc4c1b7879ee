import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cpexContract } from '../../../src/hosts/cpex/contract.js';
import { cpexProfile } from '../../../src/hosts/cpex/profile.js';
import { isFields } from '../../../src/hosts/json-fields.js';
import { readStrictJson } from '../../../src/hosts/strict-json.js';
import { extremes } from '../../../src/testing/conformance/hostile/extremes.js';
import { badBodies } from '../../../src/testing/conformance/hostile/hostile-call.js';
import { mutants, wrongTypes } from '../../../src/testing/conformance/hostile/wrong-types.js';
import { compileText } from '../support/compile.js';
import { complaints, judged, judgedLibrary } from '../support/judged.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (value: unknown) => cpexProfile.protocol.encodeRequest(value, '');
const calls = [...cpexContract.methods.values()].map(({ name, samples }) => ({ method: name, request: samples[0] }));

describe('bad bodies', () => {
  it.each(calls)('of $method break the rules where they say so, and nowhere else', (call) => {
    const bodies = badBodies(call, write);
    expect(bodies.length).toBeGreaterThan(200);
    const wrong = bodies.filter(({ body, refuse }) => {
      const reading = readStrictJson(body);
      return refuse === (reading.ok && isFields(reading.value));
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('have names of their own', () => {
    for (const call of calls) {
      const names = badBodies(call, write).map(({ name }) => name);
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    }
  });
});

describe('mutants', () => {
  it('replace and leave out each field, however deep', () => {
    const names = mutants({ a: { b: [1, { c: 'x' }] } }).map(({ name }) => name);
    for (const place of ['a', 'a.b', 'a.b[0]', 'a.b[1]', 'a.b[1].c']) {
      for (const what of ['left out', 'as null', 'as a text', 'as an empty list'])
        expect(names).toContain(`"${place}" ${what}`);
    }
    expect(names.length).toBe(5 * 12);
  });

  it('have to be refused where the schema says so', () => {
    const all = wrongTypes({ method: 'plugin.reconfigure', request: { config: {} } }, cpexContract, write);
    const refused = all.filter(({ refuse }) => refuse).map(({ name }) => name);
    expect(refused).toContain('"config" left out');
    expect(refused).toContain('"config" as null');
    expect(refused).not.toContain('"config" as an object');
  });

  it('may be null where the field may be left out', () => {
    const types = new Map();
    const methods = new Map([
      [
        'm',
        {
          name: 'm',
          summary: '',
          result: {},
          samples: [],
          request: { type: 'object', properties: { a: { type: 'string' } } },
        },
      ],
    ]);
    const all = wrongTypes({ method: 'm', request: { a: 'x' } }, { ...cpexContract, methods, types }, write);
    expect(all.filter(({ refuse }) => !refuse).map(({ name }) => name)).toEqual([
      '"a" left out',
      '"a" as null',
      '"a" as an empty text',
      '"a" as a text',
    ]);
  });
});

it('extremes are valid', () => {
  for (const call of calls) {
    for (const { body } of extremes(call, cpexContract, write)) expect(readStrictJson(body).ok).toBe(true);
  }
});

describe('level 4', () => {
  it('sees every defect in C, Go and Rust, and nothing in good plugins', { timeout: 600_000 }, async () => {
    const results = await judged('err.*');
    expect(complaints(results)).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(20);
  });

  it('takes calls that are slow for no hang, however many they are', { timeout: 300_000 }, async () => {
    const source = `#include <time.h>
static struct timespec slow = {0, 20000000};
#define ON_HOOK() nanosleep(&slow, NULL); return reply(out, OK("{\\"continue_processing\\":true}"))
#include "good.h"
`;
    const library = compileText('slow', source, folder);
    // Each test makes hundreds of calls; a hundred take as long as one may.
    const results = await judgedLibrary(library, 'c', /^err\.(types|panic|recover)$/, { callDeadline: 2000 });
    expect(complaints(results)).toEqual([]);
  });
});
