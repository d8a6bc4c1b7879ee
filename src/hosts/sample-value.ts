import type { JsonSchema } from '../model/contract.js';
import { fieldsOf } from './json-fields.js';

type Types = ReadonlyMap<string, JsonSchema>;

/** How deep a schema that refers to itself is followed. */
const DEPTH = 8;

/**
 * A small value that fits a schema: what it names itself (`default`, `examples`, `const`, `enum`), else the required
 * members alone, each as small as its type allows. Schemas of plugins may hold any keyword; those that are not
 * understood are passed over, so the value need not fit.
 */
export function sampleValue(schema: JsonSchema, types: Types = new Map(), depth = DEPTH): unknown {
  if (depth === 0) return null;
  if (typeof schema.$ref === 'string') {
    return sampleValue(types.get(schema.$ref.split('/').at(-1) ?? '') ?? {}, types, depth - 1);
  }
  const [named] = [schema.default, schema.const, first(schema.examples), first(schema.enum)].filter(
    (one) => one !== undefined,
  );
  if (named !== undefined) return named;
  const choice = first(schema.oneOf) ?? first(schema.anyOf);
  if (choice !== undefined) return sampleValue(fieldsOf(choice), types, depth - 1);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'string':
      return sampleText(schema);
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 0;
    case 'boolean':
      return false;
    case 'null':
      return null;
    case 'array': {
      const count = typeof schema.minItems === 'number' ? schema.minItems : 0;
      return Array.from({ length: count }, () => sampleValue(fieldsOf(schema.items), types, depth - 1));
    }
    default:
      return sampleObject(schema, types, depth);
  }
}

function sampleText(schema: JsonSchema): string {
  if (schema.contentEncoding === 'base64') return 'aGkK';
  const length = typeof schema.minLength === 'number' ? schema.minLength : 0;
  const text = 'sample'.padEnd(length, '-');
  return typeof schema.maxLength === 'number' ? text.slice(0, schema.maxLength) : text;
}

function sampleObject(schema: JsonSchema, types: Types, depth: number): unknown {
  const properties = fieldsOf(schema.properties);
  const required = Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === 'string') : [];
  return Object.fromEntries(
    required.map((name) => [
      name,
      sampleValue(Object.hasOwn(properties, name) ? fieldsOf(properties[name]) : {}, types, depth - 1),
    ]),
  );
}

function first(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}
