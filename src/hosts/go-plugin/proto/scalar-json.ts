import type { Scalar } from './model.js';
import { ValueProblem } from './value-problem.js';

/** Smallest and largest value of each type of whole numbers. */
const RANGES: Readonly<Partial<Record<Scalar, readonly [bigint, bigint]>>> = {
  ...Object.fromEntries(['int32', 'sint32', 'sfixed32'].map((name) => [name, [-(2n ** 31n), 2n ** 31n - 1n]])),
  ...Object.fromEntries(['uint32', 'fixed32'].map((name) => [name, [0n, 2n ** 32n - 1n]])),
  ...Object.fromEntries(['int64', 'sint64', 'sfixed64'].map((name) => [name, [-(2n ** 63n), 2n ** 63n - 1n]])),
  ...Object.fromEntries(['uint64', 'fixed64'].map((name) => [name, [0n, 2n ** 64n - 1n]])),
};

/** Whether ProtoJSON writes numbers of a type as text, because no double holds all of them. */
export function isLong(scalar: Scalar): boolean {
  return (RANGES[scalar]?.[1] ?? 0n) > 2n ** 32n;
}

/** A JSON value as what a field of a type holds. Throws a `ValueProblem` without a place. */
export function scalarOf(scalar: Scalar, value: unknown): bigint | number | boolean | string | Uint8Array {
  const range = RANGES[scalar];
  if (range !== undefined) return integerOf(scalar, range, value);
  switch (scalar) {
    case 'bool':
      if (typeof value === 'boolean') return value;
      throw expected('true or false', value);
    case 'string':
      if (typeof value !== 'string') throw expected('a string', value);
      if (/\p{Surrogate}/u.test(value)) throw new ValueProblem('expected whole characters, found half of one.');
      return value;
    case 'bytes':
      return bytesOf(value);
    default:
      return floatOf(scalar, value);
  }
}

function integerOf(scalar: Scalar, [least, most]: readonly [bigint, bigint], value: unknown): bigint {
  const number = wholeNumber(value);
  if (number === undefined) throw expected(`a whole number (${scalar})`, value);
  if (number < least || number > most) {
    throw new ValueProblem(`expected a whole number from ${least} to ${most} (${scalar}), found ${number}.`);
  }
  return number;
}

/** A whole number in any of the forms of ProtoJSON: 12, "12", 12.0, "1.2e1". */
function wholeNumber(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const parts = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,4}))?$/.exec(value);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = `${whole}${fraction}`.replace(/0+$/, '');
  const zeros = Number(exponent) - fraction.length + (whole.length + fraction.length - digits.length);
  if (digits === '') return 0n;
  // No integer of 64 bits has more digits.
  if (zeros < 0 || zeros + digits.length > 40) return undefined;
  return BigInt(`${sign}${digits}${'0'.repeat(zeros)}`);
}

const LARGEST_FLOAT = 3.4028234663852886e38;

function floatOf(scalar: Scalar, value: unknown): number {
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  const written = typeof value === 'string' && /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(value);
  if (typeof value !== 'number' && typeof value !== 'bigint' && !written) throw expected(`a number (${scalar})`, value);
  const number = Number(value);
  const most = scalar === 'float' ? LARGEST_FLOAT : Number.MAX_VALUE;
  // What is nearest to the largest one may be a little beyond it.
  const rounded = scalar === 'float' ? Math.fround(number) : number;
  if (Number.isNaN(number) || Math.abs(rounded) > most) {
    throw new ValueProblem(`expected a number that a ${scalar} holds, found ${String(value)}.`);
  }
  return rounded;
}

/** Bytes out of base64 in either alphabet, with or without padding. */
function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string') throw expected('base64', value);
  const letters = value.replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/_-]*$/.test(letters) || letters.length % 4 === 1) throw expected('base64', value);
  return Buffer.from(letters, 'base64');
}

/** A number as ProtoJSON writes it. */
export function floatJson(scalar: Scalar, value: number): number | string {
  if (!Number.isFinite(value)) return String(value);
  return scalar === 'float' ? shortest(value) : value;
}

/** The shortest decimal that is the same as a float: 0.1, and not 0.10000000149011612. */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return text;
  }
  return Number(value.toPrecision(9));
}

export function expected(what: string, found: unknown): ValueProblem {
  return new ValueProblem(`expected ${what}, found ${shown(found)}.`);
}

/** A value in a message, by its kind where it is long. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
