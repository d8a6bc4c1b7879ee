import { isFields } from '../../../hosts/json-fields.js';
import { checkShape } from '../../../hosts/schema-check.js';
import type { Contract } from '../../../model/contract.js';
import type { HostileCall, ValidCall } from './hostile-call.js';

type Named = readonly [name: string, value: unknown];

const TEXTS: readonly Named[] = [
  ['an empty text', ''],
  ['one blank', ' '],
  ['a NUL', '\0'],
  ['line breaks', 'a\r\nb\u2028c'],
  ['quotes and backslashes', '"\\"\\\\\'`'],
  ['format specifiers', '%s%n%99999d%p{0}{}'],
  ['a path upwards', '../../../../etc/passwd'],
  ['characters of four bytes', '\u{1f600}\u{10ffff}'],
  ['a combining mark', '\u0301'],
  ['text from right to left', '\u202eabc'],
  ['a digit that is not ASCII', '\u0663'],
  ['4 KiB of letters', 'a'.repeat(4096)],
  ['a minus sign', '-'],
  ['a letter with two cases', '\u0130\u0131'],
];

const NUMBERS: readonly Named[] = [
  ['0', 0],
  ['-1', -1],
  ['2^31 - 1', 2 ** 31 - 1],
  ['2^31', 2 ** 31],
  ['-2^31', -(2 ** 31)],
  ['2^32 - 1', 2 ** 32 - 1],
  ['2^53 + 1', 2n ** 53n + 1n],
  ['2^63 - 1', 2n ** 63n - 1n],
  ['-2^63', -(2n ** 63n)],
  ['2^64 - 1', 2n ** 64n - 1n],
  ['1e308', 1e308],
  ['5e-324', 5e-324],
];

/** How often an item is repeated to make a list or an object long. */
const MANY = 500;

/** Each field of a valid call with the most extreme values that the schema of the method allows. */
export function extremes(
  { method, request }: ValidCall,
  { methods, types }: Contract,
  write: (value: unknown) => Uint8Array,
): HostileCall[] {
  const schema = methods.get(method)?.request ?? {};
  return variants(request, '')
    .filter(([, value]) => checkShape(schema, value, types).length === 0)
    .map(([name, value]) => ({ name, method, body: Buffer.from(write(value)), refuse: false }));
}

function variants(value: unknown, path: string): Named[] {
  const here = extremesOf(value).map(([name, other]): Named => [`"${path}" as ${name}`, other]);
  const own = path === '' ? [] : here;
  if (Array.isArray(value)) {
    return [
      ...own,
      ...value.flatMap((item, index) =>
        variants(item, `${path}[${index}]`).map(([name, other]): Named => [name, value.with(index, other)]),
      ),
    ];
  }
  if (!isFields(value)) return own;
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, item]) =>
      variants(item, path === '' ? key : `${path}.${key}`).map(
        ([name, other]): Named => [name, { ...value, [key]: other }],
      ),
    ),
  ];
}

function extremesOf(value: unknown): readonly Named[] {
  if (typeof value === 'string') return TEXTS;
  if (typeof value === 'number' || typeof value === 'bigint') return NUMBERS;
  if (typeof value === 'boolean') return [[String(!value), !value]];
  if (Array.isArray(value)) {
    const [item = 'item'] = value;
    return [
      ['an empty list', []],
      [`a list of ${MANY}`, Array.from({ length: MANY }, () => item)],
    ];
  }
  if (!isFields(value)) return [];
  const [item = 'value'] = Object.values(value);
  const many = Array.from({ length: MANY }, (_, index): [string, unknown] => [`k${index}`, item]);
  return [
    ['an empty object', {}],
    ['an object with an empty key', { ...value, '': item }],
    [`an object of ${MANY} members`, { ...value, ...Object.fromEntries(many) }],
  ];
}
