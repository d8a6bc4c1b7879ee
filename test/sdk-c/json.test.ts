import { parse as parseLossless, stringify as stringifyLossless } from 'lossless-json';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BODIES } from './json-bodies.js';
import { addressSanitizer, outcomeOf, Workbench } from './toolbox.js';

type Verdict = { ok: true; text: string } | { ok: false; offset: number; message: string };

const bench = new Workbench();
let filter = '';
let numbers = '';
let members = '';

beforeAll(async () => {
  const flags = await addressSanitizer(bench);
  [filter, numbers, members] = await Promise.all([
    bench.compile('json_filter.c', { flags }),
    bench.compile('numbers.c', { flags }),
    bench.compile('members.c', { flags }),
  ]);
}, 120_000);
afterAll(() => bench.remove());

/** What the C reader and writer make of some bodies. */
async function read(bodies: readonly Uint8Array[]): Promise<Verdict[]> {
  const frames = bodies.flatMap((body) => {
    const head = Buffer.alloc(4);
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
      if (word === 'ok') return { ok: true, text: Buffer.from(first, 'hex').toString('utf8') };
      expect(word).toBe('no');
      return { ok: false, offset: Number(first), message: rest.join(' ') };
    });
}

describe('the JSON reader', () => {
  it('accepts and refuses every body of the table, at the right byte', async () => {
    const verdicts = await read(BODIES.map((body) => body.bytes));
    expect(BODIES.length).toBeGreaterThan(450);
    const wrong = BODIES.flatMap((body, index) => {
      const verdict = verdicts[index];
      const seen = verdict === undefined || verdict.ok ? undefined : verdict.offset;
      return seen === body.refusedAt ? [] : [`${body.name}: refused at ${seen}, should be ${body.refusedAt}`];
    });
    expect(wrong).toEqual([]);
  });

  it('agrees with two independent readers on what is JSON, but for duplicate keys and depth', async () => {
    const verdicts = await read(BODIES.map((body) => body.bytes));
    const wrong = BODIES.flatMap((body, index) => {
      const text = strictText(body.bytes);
      const ours = verdicts[index]?.ok === true;
      const theirs = text !== undefined && isJson(text);
      const stricter = /duplicate|nesting|string/.test(body.name) && !ours;
      return ours === theirs || stricter ? [] : [`${body.name}: ours ${ours}, theirs ${theirs}`];
    });
    expect(wrong).toEqual([]);
  });

  it('writes what it read: same members, same order, numbers to the last digit, and once more the same', async () => {
    const accepted = BODIES.filter((body) => body.refusedAt === undefined);
    const verdicts = await read(accepted.map((body) => body.bytes));
    const texts = verdicts.map((verdict) => (verdict.ok ? verdict.text : ''));
    for (const [index, body] of accepted.entries()) {
      const source = strictText(body.bytes) ?? '';
      expect(stringifyLossless(parseLossless(texts[index] ?? '')), body.name).toBe(
        stringifyLossless(parseLossless(source)),
      );
    }
    const again = await read(texts.map((text) => Buffer.from(text)));
    expect(again.map((verdict) => verdict.ok && verdict.text)).toEqual(texts);
  });

  it('copes with an object of many keys that start alike', async () => {
    const many = `{${Array.from({ length: 200_000 }, (_, i) => `"${'x'.repeat(40)}${i}":0`).join(',')}}`;
    const [verdict] = await read([Buffer.from(many)]);
    expect(verdict?.ok).toBe(true);
  }, 20_000);

  it('keeps members in their order, however many are set and removed', async () => {
    expect(await outcomeOf(members, [])).toMatchObject({ code: 0, stdout: 'right\n', stderr: '' });
  }, 60_000);

  it('refuses every prefix of a valid body', async () => {
    const whole = Buffer.from('{"a":[1,-2.5e3,"\\u00e9€😀\\ud83d\\ude00\\n"],"b":{"c":null,"d":[true,false,{}]}}');
    const prefixes = Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length));
    const verdicts = await read(prefixes);
    expect(verdicts.filter((verdict) => verdict.ok)).toEqual([]);
    expect(verdicts.every((verdict, length) => !verdict.ok && verdict.offset <= length)).toBe(true);
  });

  it('gives every single-byte change of a valid body the verdict that JSON.parse gives', async () => {
    const whole = Buffer.from('{"k":[10,"\\u0041\\n",true,null,{"x":-1.5e+3}]}');
    const changed = Array.from({ length: whole.length }, (_, at) =>
      Array.from({ length: 256 }, (_, byte) => {
        const copy = Buffer.from(whole);
        copy[at] = byte;
        return copy;
      }),
    ).flat();
    const verdicts = await read(changed);
    const wrong = changed.filter((body, index) => {
      const text = strictText(body);
      return (verdicts[index]?.ok === true) !== (text !== undefined && isJson(text) && !/\\u[dD][89a-fA-F]/.test(text));
    });
    expect(wrong.map(String)).toEqual([]);
  }, 30_000);
});

describe('numbers', () => {
  const texts = [
    ...[
      '0',
      '-0',
      '1',
      '-1',
      '9223372036854775807',
      '9223372036854775808',
      '-9223372036854775808',
      '-9223372036854775809',
    ],
    ...[
      '18446744073709551615',
      '18446744073709551616',
      '99999999999999999999',
      '100000000000000000000',
      '1e19',
      '1e20',
    ],
    ...[
      '1.0',
      '1.5',
      '1e2',
      '1e-2',
      '100e-2',
      '1.50e1',
      '0.1e1',
      '12.34e2',
      '12.345e2',
      '0e99',
      '-0.0',
      '1e0',
      '10e-1',
    ],
    ...[
      '9007199254740992',
      '9007199254740993',
      '-9007199254740993',
      '9007199254740993.0',
      '1e22',
      '1e23',
      '1e308',
      '1e309',
    ],
    ...[
      '5e-324',
      '2e-324',
      '1e-400',
      '1.7976931348623157e308',
      '1.7976931348623159e308',
      '0.1',
      '0.3',
      '2.2250738585072011e-308',
    ],
    ...[
      '123456789012345678',
      '1e9999999999',
      '-1e9999999999',
      '1e-9999999999',
      '0.000e-9999999999',
      '184467440737095516150e-1',
    ],
    ...[
      `0.${'0'.repeat(50)}1e51`,
      `1${'0'.repeat(50)}e-50`,
      `${'9'.repeat(1000)}`,
      `0.${'3'.repeat(1000)}`,
      '1844674407370955161.5e1',
    ],
    ...[
      `1.${'0'.repeat(900)}1`,
      `9007199254740993.${'0'.repeat(900)}1`,
      '4.35',
      '100',
      '3.14159',
      '1e21',
      '123e-7',
      '7e-10',
    ],
  ];

  /** What the accessors say; undefined when the locale could not be set. */
  async function accessors(args: string[] = [], env = {}): Promise<string[][] | undefined> {
    const { stdout, code } = await outcomeOf(numbers, args, { env, input: Buffer.from(`${texts.join('\n')}\n`) });
    if (code !== 0) return undefined;
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '));
  }

  it('are integers exactly when their value is one that fits', async () => {
    const seen = await accessors();
    for (const [index, text] of texts.entries()) {
      const value = exactInteger(text);
      const signed = value !== undefined && BigInt.asIntN(64, value) === value ? String(value) : '-';
      const unsigned = value !== undefined && BigInt.asUintN(64, value) === value ? String(value) : '-';
      expect(seen?.[index]?.slice(0, 2), text).toEqual([signed, unsigned]);
    }
  });

  it('are doubles as JavaScript rounds them, and refuse what a double cannot say', async () => {
    const seen = await accessors();
    for (const [index, text] of texts.entries()) {
      const bits = Buffer.alloc(8);
      bits.writeDoubleBE(Number(text));
      expect(seen?.[index]?.[2], text).toBe(isSayable(text) ? bits.toString('hex') : '-');
      if (isSayable(text)) expect(Object.is(Number(seen?.[index]?.[3]), Number(text)), text).toBe(true);
    }
  });

  it('do not depend on the locale', async ({ skip }) => {
    const made = await outcomeOf('localedef', ['-i', 'de_DE', '-f', 'UTF-8', bench.file('de_DE.UTF-8')]).catch(
      () => undefined,
    );
    const here = { LOCPATH: bench.folder };
    const german = await accessors(['de_DE.UTF-8'], here);
    if (made?.code !== 0 || german === undefined) return skip('no locale with a decimal comma can be made here');
    expect(german).toEqual(await accessors());
  });
});

/** The text, or undefined when it is not strict UTF-8 or starts with a BOM. */
function strictText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The value of a JSON number when it is an integer of a reasonable size. */
function exactInteger(text: string): bigint | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/0+$/, '');
  const shift = Number(exponent) - fraction.length + (whole.length + fraction.length - digits.length);
  if (/^0*$/.test(digits)) return 0n;
  if (shift < 0 || shift > 30) return undefined;
  return BigInt(sign + digits) * 10n ** BigInt(shift);
}

function isSayable(text: string): boolean {
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  const isZero = /^-?[0.]+(e.*)?$/.test(text);
  if (value === 0) return isZero;
  if (!/^-?\d+$/.test(text)) return true;
  const exact = BigInt(text);
  const size = exact < 0n ? -exact : exact;
  return size >= 1n << 64n || BigInt(value) === exact;
}
