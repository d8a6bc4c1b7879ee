import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalJson } from '../../src/hosts/exact-equal.js';
import { readStrictJson } from '../../src/hosts/strict-json.js';
import { stringifyExact } from '../../src/support/exact-json.js';

const RUNS = { numRuns: 2000 };
const read = (text: string) => readStrictJson(Buffer.from(text, 'utf8'));

/** JSON text of an object as a list of members, so that keys may come twice. */
const member = fc.tuple(fc.constantFrom('a', 'b', 'é', '\\', '"', '__proto__', ''), fc.jsonValue({ maxDepth: 2 }));
const escaped = (key: string) =>
  `"${[...key].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;

describe('strict JSON', () => {
  it('reads back every value that is written exactly', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, false),
        fc.string({ unit: 'grapheme' }),
        fc.maxSafeInteger(),
        // A whole double beyond 2^53 is printed as a text that stands for another number.
        fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: 'grapheme' }), tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (one) => {
        const reading = read(stringifyExact(one));
        expect(reading.ok && equalJson(reading.value, one), stringifyExact(one)).toBe(true);
      }),
      RUNS,
    );
  });

  it('refuses numbers that no double holds, which would become null', () => {
    for (const text of ['1e400', '[-1E+309]', '{"a":12e999}']) {
      expect(read(text)).toMatchObject({ ok: false, rule: 'range', message: expect.stringContaining('double') });
    }
    expect(read('[1e308,1e-400,true,false,"1e400"]')).toMatchObject({ ok: true });
  });

  it('refuses a key twice and nothing else, however it is written', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(member, fc.boolean()), { maxLength: 5 }), (members) => {
        const text = members.map(
          ([[key, value], escapes]) => `${escapes ? escaped(key) : JSON.stringify(key)}:${JSON.stringify(value)}`,
        );
        const twice = new Set(members.map(([[key]]) => key)).size !== members.length;
        const reading = read(`[{${text.join(',')}}]`);
        expect(reading.ok ? 'fine' : reading.rule).toBe(twice ? 'duplicate-key' : 'fine');
      }),
      RUNS,
    );
  });

  it('accepts no text that the language itself refuses, and refuses others only by a rule', () => {
    const base = fc.jsonValue().map((one) => JSON.stringify(one));
    const edit = fc.tuple(
      fc.nat(),
      fc.nat(3),
      fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', 'e', '\\ud800', '\u0000'),
    );
    fc.assert(
      fc.property(base, edit, (text, [at, length, put]) => {
        const index = at % (text.length + 1);
        const changed = text.slice(0, index) + put + text.slice(index + length);
        const bytes = Buffer.from(changed, 'utf8');
        const legal = parses(bytes.toString('utf8'));
        const reading = readStrictJson(bytes);
        if (reading.ok) expect(legal).toBe(true);
        else if (legal) expect(reading.rule).toMatch(/duplicate-key|lone-surrogate|depth|range/);
      }),
      RUNS,
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(readStrictJson(bytes)).toHaveProperty('ok');
      }),
      RUNS,
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
