import type { Arbitrary } from 'fast-check';
import fc from 'fast-check';
import { type Fields, fieldsOf, isFields } from '../../hosts/json-fields.js';
import type { JsonSchema } from '../../model/contract.js';
import type { HostProfile, SampleCall } from '../../model/profile.js';

type Types = ReadonlyMap<string, JsonSchema>;

/** Values of no particular type are this deep at most; typed ones as deep as `DEEPEST`. */
const FREE_DEPTH = 2;
const DEEPEST = 6;

const INTEGERS: Readonly<Record<string, Arbitrary<number | bigint>>> = {
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  int64: fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  uint64: fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
};

const FREE = fc.jsonValue({ maxDepth: FREE_DEPTH, depthSize: 'small' });
const TEXT = fc.string({ unit: 'grapheme-composite', maxLength: 12 });
const FREE_FIELDS = fc.dictionary(TEXT, FREE, { maxKeys: 3 });

/** Values that fit a schema of a contract. */
export function valuesOf(schema: JsonSchema, types: Types, depth = 0): Arbitrary<unknown> {
  if (typeof schema.$ref === 'string') {
    const target = types.get(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1));
    return target === undefined ? FREE : valuesOf(target, types, depth);
  }
  if (Array.isArray(schema.oneOf)) {
    return fc.oneof(...(schema.oneOf as JsonSchema[]).map((one) => valuesOf(one, types, depth)));
  }
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, types, depth);
    case 'array':
      if (depth >= DEEPEST) return fc.constant([]);
      return fc.array(valuesOf(fieldsOf(schema.items), types, depth + 1), { maxLength: 3 });
    case 'string':
      return textOf(schema);
    case 'integer':
      return INTEGERS[String(schema.format)] ?? fc.integer();
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    default:
      return FREE;
  }
}

function objectOf(schema: JsonSchema, types: Types, depth: number): Arbitrary<unknown> {
  const required = new Set(Array.isArray(schema.required) ? (schema.required as string[]) : []);
  const names = Object.entries(fieldsOf(schema.properties)).filter(([name]) => required.has(name) || depth < DEEPEST);
  const fields = Object.fromEntries(names.map(([name, one]) => [name, valuesOf(fieldsOf(one), types, depth + 1)]));
  if (names.length > 0) {
    const requiredKeys = names.map(([name]) => name).filter((name) => required.has(name));
    return fc.record(fields, { requiredKeys, noNullPrototype: true });
  }
  const others = schema.additionalProperties;
  if (!isFields(others)) return FREE_FIELDS;
  if (depth >= DEEPEST) return fc.constant({});
  return fc.dictionary(TEXT, valuesOf(others, types, depth + 1), { maxKeys: 3, noNullPrototype: true });
}

function textOf(schema: JsonSchema): Arbitrary<unknown> {
  if (schema.contentEncoding === 'base64') {
    return fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes).toString('base64'));
  }
  if (schema.format === 'semver') return fc.tuple(fc.nat(9), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.'));
  if (schema.format === 'date-time') {
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString());
  }
  if (typeof schema.pattern === 'string') return fc.stringMatching(new RegExp(schema.pattern, 'u'), { maxLength: 24 });
  const minLength = typeof schema.minLength === 'number' ? schema.minLength : 0;
  const maxLength = typeof schema.maxLength === 'number' ? schema.maxLength : Math.max(12, minLength);
  return fc.string({ unit: 'grapheme-composite', minLength, maxLength });
}

/**
 * Valid requests like a sample: each member is the sample's or a new one that fits the schema, so that names which mean
 * something, such as a hook's, stay often enough.
 */
export function requestsLike({ method, request }: SampleCall, { contract }: HostProfile): Arbitrary<unknown> {
  const schema = contract.methods.get(method)?.request;
  if (schema === undefined || !isFields(request)) return fc.constant(request);
  const shape = schemaOf(schema, contract.types);
  const hook = contract.hooks.get(String(request.hook));
  const names = Object.keys(fieldsOf(shape.properties));
  const fresh = names.map((name) => {
    const own = name === 'payload' && hook !== undefined ? hook.payload : fieldsOf(fieldsOf(shape.properties)[name]);
    const values = valuesOf(own, contract.types, 1);
    if (!Object.hasOwn(request, name)) return { name, values: fc.option(values, { nil: undefined }) };
    // Words that choose what the plugin does are changed seldom.
    const weight = typeof request[name] === 'string' ? 1 : 4;
    return {
      name,
      values: fc.oneof({ weight: 3, arbitrary: fc.constant(request[name]) }, { weight, arbitrary: values }),
    };
  });
  return fc.tuple(...fresh.map(({ values }) => values)).map((values) => {
    const made: Record<string, unknown> = { ...request };
    for (const [index, { name }] of fresh.entries()) if (values[index] !== undefined) made[name] = values[index];
    return made as Fields;
  });
}

function schemaOf(schema: JsonSchema, types: Types): JsonSchema {
  if (typeof schema.$ref !== 'string') return schema;
  return types.get(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)) ?? schema;
}
