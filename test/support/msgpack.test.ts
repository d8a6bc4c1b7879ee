import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMsgpack } from '../../src/support/msgpack-read.js';
import { showMsgpack } from '../../src/support/msgpack-show.js';
import { writeMsgpack } from '../../src/support/msgpack-write.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const read = (text: string) => readMsgpack(hex(text), 128);
const rule = (text: string) => {
  const reading = read(text);
  return reading.ok ? 'fine' : reading.rule;
};

/** Values with the bytes that the specification gives them. */
const FORMS: readonly [unknown, string][] = [
  [null, 'c0'],
  [false, 'c2'],
  [true, 'c3'],
  [0, '00'],
  [127, '7f'],
  [128, 'cc 80'],
  [255, 'cc ff'],
  [256, 'cd 0100'],
  [65_535, 'cd ffff'],
  [65_536, 'ce 00010000'],
  [2 ** 32 - 1, 'ce ffffffff'],
  [2 ** 32, 'cf 0000000100000000'],
  [2 ** 53 - 1, 'cf 001fffffffffffff'],
  [2n ** 53n + 1n, 'cf 0020000000000001'],
  [2n ** 63n, 'cf 8000000000000000'],
  [2n ** 64n - 1n, 'cf ffffffffffffffff'],
  [-1, 'ff'],
  [-32, 'e0'],
  [-33, 'd0 df'],
  [-128, 'd0 80'],
  [-129, 'd1 ff7f'],
  [-32_768, 'd1 8000'],
  [-32_769, 'd2 ffff7fff'],
  [-(2 ** 31), 'd2 80000000'],
  [-(2 ** 31) - 1, 'd3 ffffffff7fffffff'],
  [-(2n ** 53n) - 1n, 'd3 ffdfffffffffffff'],
  [-(2n ** 63n), 'd3 8000000000000000'],
  [1.5, 'cb 3ff8000000000000'],
  [1e300, 'cb 7e37e43c8800759c'],
  ['', 'a0'],
  ['ab', 'a2 6162'],
  ['é', 'a2 c3a9'],
  ['\u0000', 'a1 00'],
  ['x'.repeat(31), `bf ${'78'.repeat(31)}`],
  ['x'.repeat(32), `d9 20 ${'78'.repeat(32)}`],
  ['x'.repeat(256), `da 0100 ${'78'.repeat(256)}`],
  ['é'.repeat(32_768), `db 00010000 ${'c3a9'.repeat(32_768)}`],
  [Buffer.from([]), 'c4 00'],
  [Buffer.from([1, 255]), 'c4 02 01ff'],
  [Buffer.alloc(256, 7), `c5 0100 ${'07'.repeat(256)}`],
  [Buffer.alloc(65_536, 7), `c6 00010000 ${'07'.repeat(65_536)}`],
  [[], '90'],
  [[1, [2]], '92 01 91 02'],
  [Array.from({ length: 16 }, () => 1), `dc 0010 ${'01'.repeat(16)}`],
  [Array.from({ length: 65_536 }, () => 1), `dd 00010000 ${'01'.repeat(65_536)}`],
  [{}, '80'],
  [{ a: { b: null } }, '81 a161 81 a162 c0'],
];

describe('each form is written and read', () => {
  it.each(FORMS.map(([one, bytes]) => [bytes.slice(0, 24), one, bytes] as const))('%s', (_name, value, bytes) => {
    expect(Buffer.from(writeMsgpack(value))).toEqual(hex(bytes));
    expect(read(bytes)).toMatchObject({ ok: true, value });
  });

  it('is read when it is longer than it had to be', () => {
    expect(read('92 cf 0000000000000001 d3 0000000000000002')).toMatchObject({ value: [1, 2] });
    expect(read('df 00000001 db 00000001 61 dd 00000001 d9 01 62')).toMatchObject({ value: { a: ['b'] } });
    expect(read('92 d3 7fffffffffffffff ca 3fc00000')).toMatchObject({ value: [2n ** 63n - 1n, 1.5] });
  });

  it('leaves out what is undefined, and refuses what has none', () => {
    expect(Buffer.from(writeMsgpack({ a: undefined, b: 1 }))).toEqual(hex('81 a162 01'));
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 2n ** 64n, -(2n ** 63n) - 1n, '\ud800', () => 1]) {
      expect(() => writeMsgpack({ deep: [value] })).toThrow(RangeError);
    }
  });

  it('keeps a key that names the prototype, and no prototype comes from outside', () => {
    const reading = read(`82 a9 ${Buffer.from('__proto__').toString('hex')} 81 a161 01 a162 02`);
    expect(reading.ok && Object.getPrototypeOf(reading.value)).toBe(Object.prototype);
    expect(reading.ok && JSON.stringify(reading.value)).toBe('{"__proto__":{"a":1},"b":2}');
  });
});

describe('what is refused', () => {
  it.each([
    ['', 'grammar'],
    ['c1', 'grammar'],
    ['01 02', 'grammar'],
    ['cd 01', 'grammar'],
    ['cb 3ff80000', 'grammar'],
    ['a3 6162', 'grammar'],
    ['db ffffffff 61', 'grammar'],
    ['c6 ffffffff 61', 'grammar'],
    ['dd ffffffff 01', 'grammar'],
    ['df 7fffffff a1 61 01', 'grammar'],
    ['82 a161 01', 'grammar'],
    ['92 01', 'grammar'],
    ['81 01 02', 'key'],
    ['81 c4 01 61 02', 'key'],
    ['81 c0 02', 'key'],
    ['82 a161 01 a161 01', 'duplicate-key'],
    ['82 a161 01 d9 01 61 02', 'duplicate-key'],
    [`82 ${'a95f5f70726f746f5f5f 80'.repeat(2)}`, 'duplicate-key'],
    ['a2 c328', 'utf8'],
    ['a2 c080', 'utf8'],
    ['a3 eda080', 'utf8'],
    [`d9 30 ${'61'.repeat(47)} ff`, 'utf8'],
    ['d4 01 00', 'ext'],
    ['c7 00 01', 'ext'],
    ['d6 ff 00000000', 'ext'],
    ['ca 7fc00000', 'float'],
    ['cb 7ff0000000000000', 'float'],
    ['cb fff8000000000000', 'float'],
    ['91'.repeat(129), 'depth'],
    ['81 a161'.repeat(129), 'depth'],
  ])('%s breaks the rule %s', (bytes, broken) => {
    expect(rule(bytes)).toBe(broken);
  });

  it('takes as many levels as the limit has', () => {
    expect(rule(`${'91'.repeat(128)}00`)).toBe('fine');
  });

  it('says where', () => {
    expect(read('92 01 d4 01 00')).toMatchObject({ message: expect.stringContaining('byte 2') });
    expect(read('01 02 03')).toMatchObject({ message: '2 bytes follow the value (byte 1)' });
  });
});

const leaf = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 1.5, 2 ** 53, 1e20),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.uint8Array({ maxLength: 300 }),
);
const value = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('tree'), { maxLength: 20 }),
    fc.dictionary(fc.string({ maxLength: 40 }), tie('tree'), { maxKeys: 20 }),
  ),
})).tree;

describe('any value', () => {
  it('comes back, in the same bytes the second time', () => {
    fc.assert(
      fc.property(value, (one) => {
        const bytes = writeMsgpack(one);
        const reading = readMsgpack(bytes, 128);
        if (!reading.ok) throw new Error(reading.message);
        expect(Buffer.from(writeMsgpack(reading.value))).toEqual(Buffer.from(bytes));
        // What no value changes is compared by itself: keys, texts, bytes and numbers.
        expect(plain(reading.value)).toEqual(plain(one));
      }),
    );
  });

  it('is refused wherever it is cut, and never read beyond its end', () => {
    fc.assert(
      fc.property(value, fc.nat(), (one, at) => {
        const bytes = writeMsgpack(one);
        const cut = bytes.subarray(0, at % bytes.length);
        expect(readMsgpack(cut, 128).ok).toBe(false);
      }),
    );
  });

  it('may be spoilt in any way without harm', () => {
    fc.assert(
      fc.property(value, fc.nat(), fc.nat(255), (one, at, byte) => {
        const bytes = Buffer.from(writeMsgpack(one));
        bytes[at % bytes.length] = byte;
        const reading = readMsgpack(bytes, 128);
        if (reading.ok) writeMsgpack(reading.value);
        else expect(reading.message).toMatch(/byte|levels/);
      }),
    );
  });
});

/** Bigints that a number holds as numbers, bytes as base64, -0 as 0. */
function plain(one: unknown): unknown {
  if (typeof one === 'bigint') return Number.isSafeInteger(Number(one)) ? Number(one) : one;
  if (one === 0) return 0;
  if (one instanceof Uint8Array) return `bin:${Buffer.from(one).toString('base64')}`;
  if (Array.isArray(one)) return one.map(plain);
  if (typeof one !== 'object' || one === null) return one;
  return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, plain(inner)]));
}

describe('showing', () => {
  it('writes maps as JSON and marks bytes', () => {
    expect(showMsgpack(hex('82 a161 c4 02 0102 a162 cf ffffffffffffffff'))).toBe(
      '{"a":"bin:AQI=","b":18446744073709551615}',
    );
  });

  it('leaves other bodies to others, and shows broken ones as bytes', () => {
    expect(showMsgpack(Buffer.from('{"ok":true}'))).toBeUndefined();
    expect(showMsgpack(hex('81 a161'))).toMatch(/^81a161 \(.*end.*\)$/);
  });
});
