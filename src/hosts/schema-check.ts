import type { JsonSchema } from '../model/contract.js';
import { type Fields, fieldsOf, isFields } from './json-fields.js';

/** One place where a value does not fit its schema. */
export interface ShapeProblem {
  /** Path from the top of the value: `payload.args[2]`; empty for the value itself. */
  readonly path: string;
  /** `must be a string, not a number`. */
  readonly message: string;
}

type Types = ReadonlyMap<string, JsonSchema>;

/** The keywords of contract schemas; a test holds the contracts to them. */
export const KNOWN_KEYWORDS: readonly string[] = [
  ...[
    '$ref',
    'type',
    'properties',
    'required',
    'additionalProperties',
    'items',
    'enum',
    'const',
    'oneOf',
    'x-tag',
    'x-open',
  ],
  ...['pattern', 'minLength', 'maxLength', 'format', 'contentEncoding', 'title', 'description'],
  // How a Go host writes and names a value; the codec of `go-json` reads them.
  ...['x-omit-empty', 'x-pointer', 'x-unit', 'x-go', 'x-go-from', 'x-values', 'x-bindings'],
];

const TYPES_PREFIX = /^(?:types\.json)?#\/\$defs\//;

/** Smallest and largest value of each integer format. */
const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/**
 * Checks a value against a schema of a contract: the closed subset of JSON Schema that contracts
 * use, with integers exact over 64 bits (numbers or bigints). Unknown fields are legal.
 */
export function checkShape(schema: JsonSchema, value: unknown, types: Types): ShapeProblem[] {
  // Nearly all values fit, and to know that takes a fraction of the time that naming places does.
  return testOf(schema, types)(value) ? [] : check(schema, value, '', types);
}

/** A problem as a sentence: `"payload.name" must be a string, not a number`. */
export function describeProblem(problem: ShapeProblem): string {
  return `${problem.path === '' ? 'the body' : `"${problem.path}"`} ${problem.message}`;
}

type Test = (value: unknown) => boolean;

const tests = new WeakMap<Types, WeakMap<JsonSchema, Test>>();

/** Tells whether a value fits, as `check` would find; made once for each schema. */
function testOf(schema: JsonSchema, types: Types): Test {
  const known = tests.get(types) ?? new WeakMap<JsonSchema, Test>();
  tests.set(types, known);
  const made = known.get(schema) ?? makeTest(schema, types);
  known.set(schema, made);
  return made;
}

function makeTest(schema: JsonSchema, types: Types): Test {
  if (typeof schema.$ref === 'string') return later(() => testOf(resolve(String(schema.$ref), types), types));
  if (Array.isArray(schema.oneOf)) return unionTest(schema, types);
  const ofType = typeTest(schema, types);
  const constant = 'const' in schema;
  if (!Array.isArray(schema.enum) && !constant) return ofType;
  const { enum: values, const: expected } = schema;
  return (value) =>
    (!Array.isArray(values) || values.includes(value)) && (!constant || value === expected) && ofType(value);
}

/** Types may hold themselves, so what they refer to is looked up when it is needed. */
function later(make: () => Test): Test {
  let made: Test | undefined;
  return (value) => {
    made ??= make();
    return made(value);
  };
}

function unionTest(schema: JsonSchema, types: Types): Test {
  const tag = String(schema['x-tag']);
  const open = schema['x-open'] === true;
  const variants = new Map<unknown, Test>();
  for (const option of schema.oneOf as JsonSchema[]) {
    const variant = typeof option.$ref === 'string' ? resolve(option.$ref, types) : option;
    const expected = fieldsOf(fieldsOf(variant.properties)[tag]).const;
    if (!variants.has(expected))
      variants.set(
        expected,
        later(() => testOf(variant, types)),
      );
  }
  return (value) => {
    if (!isFields(value)) return false;
    const variant = variants.get(value[tag]);
    return variant === undefined ? open && typeof value[tag] === 'string' : variant(value);
  };
}

function typeTest(schema: JsonSchema, types: Types): Test {
  switch (schema.type) {
    case 'object':
      return objectTest(schema, types);
    case 'array': {
      const item = later(() => testOf(fieldsOf(schema.items), types));
      return (value) => Array.isArray(value) && value.every((one) => item(one));
    }
    case 'string': {
      const any = !STRING_KEYWORDS.some((keyword) => keyword in schema);
      return (value) => typeof value === 'string' && (any || checkString(schema, value, '').length === 0);
    }
    case 'integer':
      return (value) => checkInteger(schema, value, '').length === 0;
    case 'number':
      return (value) => typeof value === 'number' || typeof value === 'bigint';
    case 'boolean':
      return (value) => typeof value === 'boolean';
    default:
      return () => true;
  }
}

const STRING_KEYWORDS = ['minLength', 'maxLength', 'pattern', 'contentEncoding', 'format'];

function objectTest(schema: JsonSchema, types: Types): Test {
  const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  const properties = new Map(
    Object.entries(fieldsOf(schema.properties)).map(([name, one]) => [name, later(() => testOf(fieldsOf(one), types))]),
  );
  const { additionalProperties } = schema;
  const others = isFields(additionalProperties) ? later(() => testOf(additionalProperties, types)) : undefined;
  return (value) => {
    if (!isFields(value) || !required.every((name) => Object.hasOwn(value, name))) return false;
    for (const name of Object.keys(value)) {
      const test = properties.get(name) ?? others;
      if (test !== undefined && !test(value[name])) return false;
    }
    return true;
  };
}

function check(schema: JsonSchema, value: unknown, path: string, types: Types): ShapeProblem[] {
  if (typeof schema.$ref === 'string') return check(resolve(schema.$ref, types), value, path, types);
  if (Array.isArray(schema.oneOf)) return checkUnion(schema, value, path, types);
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) {
    return [{ path, message: `must be one of ${schema.enum.join(', ')}` }];
  }
  if ('const' in schema && value !== schema.const)
    return [{ path, message: `must be ${JSON.stringify(schema.const)}` }];
  switch (schema.type) {
    case 'object':
      return isFields(value) ? checkFields(schema, value, path, types) : [wrongType(path, 'an object', value)];
    case 'array':
      if (!Array.isArray(value)) return [wrongType(path, 'an array', value)];
      return value.flatMap((item, index) => check(fieldsOf(schema.items), item, `${path}[${index}]`, types));
    case 'string':
      return typeof value === 'string' ? checkString(schema, value, path) : [wrongType(path, 'a string', value)];
    case 'integer':
      return checkInteger(schema, value, path);
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' ? [] : [wrongType(path, 'a number', value)];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [wrongType(path, 'a boolean', value)];
    default:
      return [];
  }
}

function checkFields(schema: JsonSchema, value: Fields, path: string, types: Types): ShapeProblem[] {
  const properties = fieldsOf(schema.properties);
  const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  const problems: ShapeProblem[] = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => ({ path: join(path, name), message: 'is missing' }));
  const others = isFields(schema.additionalProperties) ? schema.additionalProperties : undefined;
  for (const [name, one] of Object.entries(value)) {
    const own = Object.hasOwn(properties, name) ? fieldsOf(properties[name]) : others;
    if (own !== undefined) problems.push(...check(own, one, join(path, name), types));
  }
  return problems;
}

function checkUnion(schema: JsonSchema, value: unknown, path: string, types: Types): ShapeProblem[] {
  if (!isFields(value)) return [wrongType(path, 'an object', value)];
  const tag = String(schema['x-tag']);
  const tags: string[] = [];
  for (const option of schema.oneOf as JsonSchema[]) {
    const variant = typeof option.$ref === 'string' ? resolve(option.$ref, types) : option;
    const expected = fieldsOf(fieldsOf(variant.properties)[tag]).const;
    if (value[tag] === expected) return check(variant, value, path, types);
    tags.push(String(expected));
  }
  if (schema['x-open'] === true && typeof value[tag] === 'string') return [];
  return [{ path: join(path, tag), message: `must be one of ${tags.join(', ')}` }];
}

function checkString(schema: JsonSchema, value: string, path: string): ShapeProblem[] {
  // Lengths of JSON Schema count characters, not UTF-16 units.
  const length = typeof schema.minLength === 'number' || typeof schema.maxLength === 'number' ? [...value].length : 0;
  if (typeof schema.minLength === 'number' && length < schema.minLength) {
    return [
      { path, message: schema.minLength === 1 ? 'must not be empty' : `must have ${schema.minLength} characters` },
    ];
  }
  if (typeof schema.maxLength === 'number' && length > schema.maxLength) {
    return [{ path, message: `must have at most ${schema.maxLength} character${schema.maxLength === 1 ? '' : 's'}` }];
  }
  if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern, 'u').test(value)) {
    return [{ path, message: `must match ${schema.pattern}` }];
  }
  if (schema.contentEncoding === 'base64' && !isBase64(value)) {
    return [{ path, message: 'must be base64 with padding and without line breaks' }];
  }
  if (schema.format === 'semver' && !SEMVER.test(value)) {
    return [{ path, message: `must be a semantic version such as 1.2.3, not ${JSON.stringify(value)}` }];
  }
  return [];
}

function checkInteger(schema: JsonSchema, value: unknown, path: string): ShapeProblem[] {
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isInteger(value))) {
    return [wrongType(path, 'a whole number', value)];
  }
  const range = INTEGERS[String(schema.format)];
  if (range === undefined) return [];
  return value >= range[0] && value <= range[1] ? [] : [{ path, message: `must fit into ${String(schema.format)}` }];
}

/** The pattern that semver.org proposes. */
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

/** Decoding and encoding again is the strictest test, and no pattern can overflow on long texts. */
function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64') === text;
}

function resolve(reference: string, types: Types): JsonSchema {
  const found = types.get(reference.replace(TYPES_PREFIX, ''));
  if (found === undefined) throw new RangeError(`The contract refers to ${reference}, which is not there.`);
  return found;
}

function wrongType(path: string, wanted: string, value: unknown): ShapeProblem {
  return { path, message: `must be ${wanted}, not ${typeWord(value)}` };
}

function typeWord(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'number' && !Number.isInteger(value)) return 'a fraction';
  return `a ${typeof value === 'bigint' ? 'number' : typeof value}`;
}

function join(path: string, name: string): string {
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
  if (!plain) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}
