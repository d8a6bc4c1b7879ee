import type { Contract, JsonSchema } from '../../model/contract.js';

/** Tokens of JSON, numbers at the edges of their types, escapes that readers get wrong. */
const TOKENS: readonly string[] = [
  ...['null', 'true', 'false', '{}', '[]', '""', '[[', '{"', '"}', ',', ':', '"', '\\', '\\"', '/**/', '\t\n', '\0'],
  ...['0', '-0', '-1', '00', '1.0', '.5', '1e', '1e5', '1e308', '1e999', '-1e999', '0.1e-400', 'NaN', 'Infinity'],
  ...['127', '255', '65536', '2147483647', '2147483648', '4294967295', '4294967296', '-2147483649'],
  ...['9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775809'],
  ...['18446744073709551615', '18446744073709551616', '1'.repeat(400)],
  ...['\\u0000', '\\u', '\\u00', '\\ud83d', '\\ude00', '\\ud83d\\ude00', '\\ud83d\\ud83d', '\\uFFFF', '\\x41', '\\b'],
  ...['\u00e9', '\u{1f600}', '\u2028', '\ufeff', '%s%n%d', '../../etc/passwd', "'", '<!--', '$(id)', 'a'.repeat(300)],
  ...['"ok"', '"__proto__"', '"constructor"', '"id":', '"name":', '"a":1,"a":2'],
];

/** Bytes that are no UTF-8. */
const BROKEN: readonly Uint8Array[] = [
  [0x80],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0xbd],
  [0xf4, 0x90, 0x80, 0x80],
  [0xff, 0xfe],
].map((bytes) => Uint8Array.from(bytes));

/** What mutations put into bodies of a method: tokens, and the words of its schema. */
export function wordsFor(contract: Contract, method: string): readonly (string | Uint8Array)[] {
  const words = new Set<string>();
  const seen = new Set<unknown>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    const { $ref, properties, enum: values, const: only } = value as JsonSchema;
    if (typeof $ref === 'string') walk(contract.types.get($ref.slice($ref.lastIndexOf('/') + 1)));
    if (typeof properties === 'object' && properties !== null) {
      for (const name of Object.keys(properties)) words.add(JSON.stringify(name));
    }
    for (const one of Array.isArray(values) ? values : []) words.add(JSON.stringify(one));
    if (only !== undefined) words.add(JSON.stringify(only));
    for (const one of Object.values(value)) walk(one);
  };
  walk(contract.methods.get(method)?.request);
  for (const { name, aliases, payload } of contract.hooks.values()) {
    if (method !== 'hook.invoke') break;
    for (const word of [name, ...aliases]) words.add(JSON.stringify(word));
    walk(payload);
  }
  return [...TOKENS, ...words, ...BROKEN];
}
