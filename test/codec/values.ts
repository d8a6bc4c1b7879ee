import fc, { type Arbitrary } from 'fast-check';
import { fieldsOf, isFields } from '../../src/hosts/json-fields.js';
import type { JsonSchema } from '../../src/model/contract.js';

type Types = ReadonlyMap<string, JsonSchema>;

/** Integers where codecs and languages differ. */
export const UINT64_EDGES: readonly (number | bigint)[] = [
  ...[0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1],
  ...[2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n],
];
export const INT64_EDGES: readonly (number | bigint)[] = [
  ...UINT64_EDGES.filter((one) => one < 2n ** 63n),
  ...[-1, -32, -33, -128, -129, -32_768, -32_769, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 53) + 1],
  ...[-(2n ** 53n), -(2n ** 53n) - 1n, -(2n ** 63n)],
];
/** Floats with a fraction: 1.0 is 1 for a host in JavaScript. */
export const FLOATS: readonly number[] = [0.5, -0.5, 1.1, 5e-324, 2.2250738585072014e-308, 1e-7, 123456.789, 0.1 + 0.2];

const TEXT = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '',
    '\0',
    '"\\/\b\f\n\r\t',
    '\u2028\u{10ffff}\ufeff',
    'x'.repeat(31),
    'x'.repeat(32),
    'é'.repeat(128),
  ),
);
/** Names of unknown fields: none of a type, and none that JavaScript sorts before the others. */
const NAME = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((name) => `x-${name}`);
const NUMBER = fc.oneof(
  fc.constantFrom(...INT64_EDGES, ...UINT64_EDGES, ...FLOATS),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
  fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
);

/** Any JSON value: null among them, numbers at their edges, a few levels deep. */
export const FREE: Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(fc.constantFrom(null, true, false), NUMBER, TEXT),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(NAME, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

const UNKNOWN_FIELDS = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.dictionary(NAME, FREE, { minKeys: 1, maxKeys: 3, noNullPrototype: true }) },
);

/**
 * Values of a schema, as a plugin has to bring them back: each optional field there or not, unknown fields behind the
 * known ones, and unknown kinds in unions that are open.
 */
export function valuesOf(schema: JsonSchema, types: Types, depth = 0): Arbitrary<unknown> {
  const real =
    typeof schema.$ref === 'string' ? (types.get(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)) ?? {}) : schema;
  if (Array.isArray(real.oneOf)) return unionOf(real, types, depth);
  if (Array.isArray(real.enum)) return fc.constantFrom(...real.enum);
  if ('const' in real) return fc.constant(real.const);
  switch (real.type) {
    case 'object':
      return objectOf(real, types, depth);
    case 'array':
      // Messages hold messages; the deep ones end somewhere.
      return depth > 10
        ? fc.constant([])
        : fc.array(valuesOf(fieldsOf(real.items), types, depth + 1), { maxLength: 3 });
    case 'string':
      if (real.contentEncoding !== 'base64') return TEXT;
      return fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    case 'integer':
      return fc.constantFrom(...(EDGES[String(real.format)] ?? [0]));
    case 'number':
      return NUMBER;
    case 'boolean':
      return fc.boolean();
    default:
      return FREE;
  }
}

const EDGES: Readonly<Record<string, readonly (number | bigint)[]>> = {
  int32: [0, 1, -1, 127, 128, -32, -33, -128, -129, 2 ** 31 - 1, -(2 ** 31)],
  uint32: [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1],
  int64: INT64_EDGES,
  uint64: UINT64_EDGES,
};

function unionOf(schema: JsonSchema, types: Types, depth: number): Arbitrary<unknown> {
  const known = (schema.oneOf as JsonSchema[]).map((one) => valuesOf(one, types, depth));
  if (schema['x-open'] !== true) return fc.oneof(...known);
  const tag = String(schema['x-tag']);
  const unknown = fc
    .tuple(NAME, fc.dictionary(NAME, FREE, { maxKeys: 3, noNullPrototype: true }))
    .map(([kind, fields]) => ({ [tag]: kind, ...fields }));
  return fc.oneof({ weight: known.length, arbitrary: fc.oneof(...known) }, { weight: 1, arbitrary: unknown });
}

function objectOf(schema: JsonSchema, types: Types, depth: number): Arbitrary<unknown> {
  const required = new Set(Array.isArray(schema.required) ? (schema.required as string[]) : []);
  const known = Object.entries(fieldsOf(schema.properties));
  if (known.length === 0) {
    const { additionalProperties: others } = schema;
    const values = isFields(others) ? valuesOf(others, types, depth + 1) : FREE;
    return fc.dictionary(isFields(others) ? TEXT.map((name) => `x${name}`) : NAME, values, {
      maxKeys: 4,
      noNullPrototype: true,
    });
  }
  const values = known.map(([name, one]) => {
    const own = valuesOf(fieldsOf(one), types, depth + 1);
    return (required.has(name) ? own : fc.option(own, { nil: undefined })).map((value) => [name, value] as const);
  });
  return fc.tuple(UNKNOWN_FIELDS, ...values).map(([unknown, ...fields]) => ({
    ...Object.fromEntries(fields.filter(([, value]) => value !== undefined)),
    ...(unknown as object),
  }));
}
