import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExact, stringifyExact } from '../../src/support/exact-json.js';
import { readMsgpack } from '../../src/support/msgpack-read.js';
import { writeMsgpack } from '../../src/support/msgpack-write.js';
import { addressSanitizer, outcomeOf, STRICT, Workbench, works } from './toolbox.js';

type Verdict = { ok: true; bytes: Buffer } | { ok: false; offset?: number; message: string };
/** `m`: MessagePack to JSON, `w`: MessagePack written again, `j`: JSON to MessagePack. */
type Way = 'm' | 'w' | 'j';

const bench = new Workbench();
let filter = '';

beforeAll(async () => {
  const extra = ['cpex_msgpack_read.c', 'cpex_msgpack_write.c'].map((name) => path.join(bench.project, 'cpex', name));
  // The envelopes of JSON belong to the dispatcher, which needs a plugin around it; so do those of MessagePack.
  const flags = [...(await addressSanitizer(bench)), ...STRICT];
  filter = await bench.compile('msgpack_filter.c', { flags, extra });
}, 120_000);
afterAll(() => bench.remove());

/** What the C reader and writer make of some bodies. */
async function translate(way: Way, bodies: readonly (Uint8Array | string)[]): Promise<Verdict[]> {
  const frames = bodies.flatMap((given) => {
    const body = Buffer.from(given as Uint8Array);
    const head = Buffer.alloc(5, way);
    head.writeUInt32LE(body.length);
    return [head, body];
  });
  const { code, stdout, stderr } = await outcomeOf(filter, [], { input: Buffer.concat(frames) });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): Verdict => {
      const [word, first = '', ...rest] = line.split(' ');
      if (word === 'ok') return { ok: true, bytes: Buffer.from(first, 'hex') };
      if (word === 'no') return { ok: false, offset: Number(first), message: rest.join(' ') };
      return { ok: false, message: [first, ...rest].join(' ') };
    });
}

const ofHex = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** Every form, what it means as JSON, and how the writer writes it. */
const FORMS: readonly (readonly [hex: string, json: string, shortest?: string])[] = [
  ['c0', 'null'],
  ['c2', 'false'],
  ['c3', 'true'],
  ['00', '0'],
  ['7f', '127'],
  ['cc 7f', '127', '7f'],
  ['cc 80', '128'],
  ['cc ff', '255'],
  ['cd 0100', '256'],
  ['cd 00ff', '255', 'cc ff'],
  ['cd ffff', '65535'],
  ['ce 00010000', '65536'],
  ['ce ffffffff', '4294967295'],
  ['cf 0000000100000000', '4294967296'],
  ['cf 0000000000000001', '1', '01'],
  ['cf 0020000000000001', '9007199254740993'],
  ['cf ffffffffffffffff', '18446744073709551615'],
  ['ff', '-1'],
  ['e0', '-32'],
  ['d0 ff', '-1', 'ff'],
  ['d0 df', '-33'],
  ['d0 80', '-128'],
  ['d0 7f', '127', '7f'],
  ['d1 ff7f', '-129'],
  ['d1 8000', '-32768'],
  ['d2 ffff7fff', '-32769'],
  ['d2 80000000', '-2147483648'],
  ['d3 ffffffff7fffffff', '-2147483649'],
  ['d3 8000000000000000', '-9223372036854775808'],
  ['d3 ffdfffffffffffff', '-9007199254740993'],
  ['d3 7fffffffffffffff', '9223372036854775807', 'cf 7fffffffffffffff'],
  ['d3 0000000000000005', '5', '05'],
  ['cb 3ff0000000000000', '1.0'],
  ['cb 3ff8000000000000', '1.5'],
  ['cb 3fb999999999999a', '0.1'],
  ['cb 8000000000000000', '-0.0'],
  ['cb 0000000000000001', '4.94065645841247e-324'],
  ['cb 7fefffffffffffff', '1.7976931348623157e+308'],
  ['cb 444b1ae4d6e2ef50', '1e+21'],
  ['cb 43e0000000000000', '9.223372036854775808e+18'],
  ['ca 3fc00000', '1.5', 'cb 3ff8000000000000'],
  ['ca 3dcccccd', '0.10000000149011612', 'cb 3fb99999a0000000'],
  ['a0', '""'],
  ['a1 00', '"\\u0000"'],
  ['a2 c3a9', '"é"'],
  ['d9 01 61', '"a"', 'a1 61'],
  ['da 0001 61', '"a"', 'a1 61'],
  ['db 00000001 61', '"a"', 'a1 61'],
  [`d9 20 ${'61'.repeat(32)}`, `"${'a'.repeat(32)}"`],
  [`da 0100 ${'61'.repeat(256)}`, `"${'a'.repeat(256)}"`],
  [`db 00010000 ${'61'.repeat(65536)}`, `"${'a'.repeat(65536)}"`],
  ['c4 00', '""'],
  ['c4 03 000102', '"AAEC"'],
  ['c5 0001 ff', '"/w=="', 'c4 01 ff'],
  ['c6 00000002 ffff', '"//8="', 'c4 02 ffff'],
  [`c5 0100 ${'00'.repeat(256)}`, `"${Buffer.alloc(256).toString('base64')}"`],
  [`c6 00010000 ${'00'.repeat(65536)}`, `"${Buffer.alloc(65536).toString('base64')}"`],
  ['90', '[]'],
  ['92 01 c0', '[1,null]'],
  ['dc 0001 c3', '[true]', '91 c3'],
  ['dd 00000001 c3', '[true]', '91 c3'],
  [`dc 0010 ${'00'.repeat(16)}`, `[${Array(16).fill('0').join(',')}]`],
  [`dd 00010000 ${'00'.repeat(65536)}`, `[${Array(65536).fill('0').join(',')}]`],
  ['80', '{}'],
  ['81 a1 61 91 80', '{"a":[{}]}'],
  ['de 0001 a1 61 c0', '{"a":null}', '81 a1 61 c0'],
  ['df 00000001 d9 01 61 c0', '{"a":null}', '81 a1 61 c0'],
  ['82 a0 01 a1 00 02', '{"":1,"\\u0000":2}'],
  [`${'91'.repeat(127)}90`, `${'['.repeat(128)}${']'.repeat(128)}`],
];

/** What is no body, and the byte at which that shows. */
const REFUSED: readonly (readonly [name: string, hex: string, offset: number, message: RegExp])[] = [
  ['nothing', '', 0, /cut off/],
  ['a number cut off', 'cd 01', 2, /cut off/],
  ['a float cut off', 'cb 3ff0', 3, /cut off/],
  ['a length cut off', 'da 00', 2, /cut off/],
  ['an array cut off', '92 01', 0, /longer than what is left/],
  ['an item cut off', '92 01 cd', 3, /cut off/],
  ['a map cut off', '81 a1 61', 3, /cut off/],
  ['a map without room', '82 a1 61', 0, /longer than what is left/],
  ['something behind the value', 'c0 c0', 1, /after the value/],
  ['JSON', '7b7d', 1, /after the value/],
  ['the unused byte', 'c1', 0, /no such type/],
  ['an extension', 'd4 01 00', 0, /extension/],
  ['a timestamp', 'd6 ff 00000000', 0, /extension/],
  ['a long extension', '91 c7 01 05 00', 1, /extension/],
  ['a huge extension', 'c9 ffffffff 00', 0, /extension/],
  ['NaN', 'cb 7ff8000000000000', 0, /NaN/],
  ['infinity', '91 cb 7ff0000000000000', 1, /infinite/],
  ['negative infinity', 'ca ff800000', 0, /infinite/],
  ['NaN of 32 bits', 'ca 7fc00000', 0, /NaN/],
  ['bad UTF-8', 'a2 61 ff', 2, /UTF-8/],
  ['an overlong form', 'a2 c080', 1, /UTF-8/],
  ['a surrogate', 'a3 eda080', 1, /UTF-8/],
  ['half a character', 'a2 61 c3', 2, /UTF-8/],
  ['a number as a key', '81 01 01', 1, /key must be a string/],
  ['bytes as a key', '81 c4 01 61 01', 1, /key must be a string/],
  ['nil as a key', '81 c0 01', 1, /key must be a string/],
  ['a bad key', '81 a1 ff 01', 2, /UTF-8/],
  ['a key twice', '82 a1 61 01 d9 01 61 02', 8, /twice/],
  ['a huge string', 'db ffffffff 61', 0, /longer than what is left/],
  ['huge bytes', 'c6 ffffffff 61', 0, /longer than what is left/],
  ['a huge array', 'dd ffffffff 00', 0, /longer than what is left/],
  ['a huge map', 'df ffffffff a0 00', 0, /longer than what is left/],
  ['a huge array inside', '91 dd 7fffffff 00', 1, /longer than what is left/],
  ['nesting that is too deep', `${'91'.repeat(128)}90`, 128, /too deep/],
];

describe('the MessagePack reader', () => {
  it('reads every form', async () => {
    const bodies = FORMS.map(([hex]) => ofHex(hex));
    const read = await translate('m', bodies);
    const wrong = FORMS.filter(([, json], index) => {
      const verdict = read[index];
      return !verdict?.ok || stringifyExact(parseExact(verdict.bytes.toString())) !== stringifyExact(parseExact(json));
    });
    expect(wrong.map(([hex]) => hex.slice(0, 40))).toEqual([]);
  });

  it('keeps the kind of a number', async () => {
    const read = await translate('m', [ofHex('cb 3ff0000000000000'), ofHex('01'), ofHex('cb 8000000000000000')]);
    expect(read.map((one) => one.ok && one.bytes.toString())).toEqual(['1.0', '1', '-0.0']);
  });

  it.each(REFUSED)('refuses %s', async (_, hex, offset, message) => {
    const [verdict] = await translate('m', [ofHex(hex)]);
    expect(verdict).toMatchObject({ ok: false, offset, message: expect.stringMatching(message) });
  });

  it('agrees with the host about what is a body', async () => {
    const letters = fc.constantFrom(
      ...('808182909192a0a1a2c0c1c2c3c4c5c6c7cacbcccdcecfd0d1d2d3d4d9dadbdcdddedf00017f61ff'.match(/../g) ?? []),
    );
    const bodies = fc.sample(fc.array(letters, { maxLength: 12 }), 3000).map((one) => ofHex(one.join('')));
    const read = await translate('m', bodies);
    const wrong = bodies.filter((body, index) => read[index]?.ok !== readMsgpack(body, 128).ok);
    expect(wrong.map((body) => body.toString('hex'))).toEqual([]);
    expect(read.filter((one) => one.ok).length).toBeGreaterThan(50);
  });
});

describe('the MessagePack writer', () => {
  it('writes the shortest form of everything', async () => {
    const written = await translate(
      'w',
      FORMS.map(([hex]) => ofHex(hex)),
    );
    const wrong = FORMS.filter(([hex, , shortest = hex], index) => {
      const verdict = written[index];
      return !verdict?.ok || !verdict.bytes.equals(ofHex(shortest));
    });
    expect(wrong.map(([hex]) => hex.slice(0, 40))).toEqual([]);
  });

  it.each([
    ['-0', '00'],
    ['1.0', 'cb 3ff0000000000000'],
    ['1e0', 'cb 3ff0000000000000'],
    ['18446744073709551616', 'cb 43f0000000000000'],
    ['-9223372036854775809', 'cb c3e0000000000000'],
    ['1e-999', 'cb 0000000000000000'],
    ['0.30000000000000004', 'cb 3fd3333333333334'],
  ])('translates the JSON number %s', async (json, hex) => {
    expect(await translate('j', [json])).toEqual([{ ok: true, bytes: ofHex(hex) }]);
  });

  it('refuses a number beyond a double', async () => {
    expect(await translate('j', ['[1e999]'])).toEqual([{ ok: false, message: 'a number is too large' }]);
  });
});

describe('both together', () => {
  const values = (): unknown[] => {
    // A whole number beyond 2^64 is an integer in JSON, and none in Python's MessagePack.
    const double = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((one) => !Number.isInteger(one) || Number.isSafeInteger(one) || Math.abs(one) >= 1e21);
    const number = fc.oneof(double, fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n));
    const key = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => text !== '__proto__');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, false),
        number,
        key,
        fc.array(tie('tree'), { maxLength: 20 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 20 }),
      ),
    }));
    return fc.sample(tree, 1500);
  };

  it('write the bytes that the host writes, and read its own back', async () => {
    const given = values();
    const texts = given.map((value) => stringifyExact(value));
    const written = await translate('j', texts);
    const wrong = texts.filter((text, index) => {
      const verdict = written[index];
      return !verdict?.ok || !Buffer.from(writeMsgpack(parseExact(text))).equals(verdict.bytes);
    });
    // JavaScript has one kind of number: 1.0 is written as 1 there, so only texts without such floats can be compared.
    expect(wrong.filter((text) => !/[.e]/i.test(text))).toEqual([]);
    const back = await translate(
      'm',
      written.map((one) => (one.ok ? one.bytes : Buffer.of())),
    );
    const changed = texts.filter((text, index) => {
      const verdict = back[index];
      return !verdict?.ok || stringifyExact(parseExact(verdict.bytes.toString())) !== stringifyExact(parseExact(text));
    });
    expect(changed).toEqual([]);
  });

  it('agree with the msgpack of Python, byte for byte', async ({ skip }) => {
    const python = process.env.CPEX_TEST_PYTHON ?? 'python3';
    if (!(await works(python, ['-c', 'import msgpack']))) skip('python3 has no module msgpack');
    const script = path.join(import.meta.dirname, 'programs/pack.py');
    const texts = values().map((value) => stringifyExact(value));
    const packed = await outcomeOf(python, [script, 'pack'], { input: Buffer.from(`${texts.join('\n')}\n`) });
    expect(packed.stderr).toBe('');
    const theirs = packed.stdout.trimEnd().split('\n');
    const ours = await translate('j', texts);
    expect(texts.filter((_, index) => hexOf(ours[index]) !== theirs[index])).toEqual([]);
    const unpacked = await outcomeOf(python, [script, 'unpack'], { input: Buffer.from(`${theirs.join('\n')}\n`) });
    const read = await translate('m', theirs.map(ofHex));
    const different = unpacked.stdout
      .trimEnd()
      .split('\n')
      .filter((text, index) => {
        const verdict = read[index];
        return (
          !verdict?.ok || stringifyExact(parseExact(verdict.bytes.toString())) !== stringifyExact(parseExact(text))
        );
      });
    expect(different).toEqual([]);
  });
});

const hexOf = (verdict: Verdict | undefined) => (verdict?.ok ? verdict.bytes.toString('hex') : undefined);
