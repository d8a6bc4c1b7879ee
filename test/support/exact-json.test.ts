import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactNumbers, parseExact, stringifyExact } from '../../src/support/exact-json.js';

describe('parseExact', () => {
  it('keeps 64-bit integers', () => {
    expect(parseExact('[9007199254740991, 9007199254740993, -9223372036854775808, 18446744073709551615, 1.5]')).toEqual(
      [9007199254740991, 9007199254740993n, -9223372036854775808n, 18446744073709551615n, 1.5],
    );
  });

  it.each([
    ['differing values', '{"a":1,"a":2}', 'a'],
    ['equal values', '{"a":1,"a":1}', 'a'],
    ['a nested object', '[{"x":{"b":null,"c":[],"b":null}}]', 'b'],
    ['an escaped spelling', '{"a":1,"\\u0061":1}', 'a'],
    ['a key after a string with brackets', '{"k":"}{,\\"","k":0}', 'k'],
  ])('refuses duplicate keys: %s', (_, text, key) => {
    expect(() => parseExact(text)).toThrow(new RegExp(`[Kk]ey ["']${key}["']`));
  });

  it('accepts equal keys in different objects, and strings that look like keys', () => {
    expect(parseExact('[{"a":"a"},{"a":["a","a"]}]')).toEqual([{ a: 'a' }, { a: ['a', 'a'] }]);
  });

  it.each(['', '{} {}', '{"a":1,}', '[1,]', 'NaN', "{'a':1}", '01', '\ufeff{}', '"\u0001"'])('refuses %j', (text) => {
    expect(() => parseExact(text)).toThrow(SyntaxError);
  });

  it('reads a string of any length, and refuses nesting that would break a parser', () => {
    const long = 'a'.repeat(24 * 2 ** 20);
    expect(parseExact(JSON.stringify({ long, big: 2 ** 60 }))).toMatchObject({ long });
    expect(() => parseExact('['.repeat(100_000))).toThrow(/nested deeper than 1000/);
    expect(parseExact('['.repeat(1000) + ']'.repeat(1000))).toHaveLength(1);
  });

  it('refuses half a surrogate pair', () => {
    expect(() => parseExact('"\\ud800"')).toThrow(/surrogate/);
  });

  it('loses nothing of whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(stringifyExact(parseExact(text)))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('writes the same text with and without a value that JSON.stringify cannot write', () => {
    const value = fc.jsonValue({ noUnicodeString: false, depthSize: 'medium' });
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (one, indent) => {
        const mixed = { a: one, bytes: new Uint8Array([1]), big: 2n ** 60n, gone: undefined };
        const plain = { a: one, bytes: 'AQ==', big: 0, gone: undefined };
        const exact = stringifyExact(mixed, indent).replace(/1152921504606846976(?=[\s}]*$)/, '0');
        expect(exact).toBe(stringifyExact(plain, indent));
      }),
    );
  });

  it('round-trips any 64-bit integer', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(int64, (value) => {
        expect(stringifyExact(parseExact(value.toString()))).toBe(value.toString());
        expect(exactNumbers(value)).toBe(
          BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value,
        );
      }),
    );
  });
});
