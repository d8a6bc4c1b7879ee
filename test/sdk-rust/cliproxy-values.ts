import { readFileSync } from 'node:fs';
import path from 'node:path';
import { encodeGo } from '../../src/hosts/go-json/encode.js';
import type { JsonSchema } from '../../src/model/contract.js';

const file = path.resolve(import.meta.dirname, '../../schemas/hosts/cliproxy/types.json');
const types = new Map<string, JsonSchema>(Object.entries(JSON.parse(readFileSync(file, 'utf8')).$defs));

/** Types that have a struct of their own. */
export const STRUCTS: readonly string[] = [...types]
  .filter(([, schema]) => Object.keys((schema.properties as object | undefined) ?? {}).length > 0)
  .map(([name]) => name);

/** What Go writes for a value of a type, but for what the bindings do not have, because it cannot be set. */
export function goText(type: string, value: unknown): string {
  const text = Buffer.from(encodeGo(value, types.get(type) ?? {}, types)).toString();
  return text.replaceAll(/,?"Err":null/g, '');
}

/** A value of a type in which nothing is zero, with numbers at their bounds. */
export function fullValue(type: string): unknown {
  return full(types.get(type) ?? {}, type);
}

/** The members of a type by their names on the wire, without those that cannot be set. */
export function membersOf(type: string): readonly string[] {
  const properties = (types.get(type)?.properties ?? {}) as Record<string, JsonSchema>;
  return Object.keys(properties).filter((name) => settable(properties[name] ?? {}));
}

function settable(schema: JsonSchema): boolean {
  return schema['x-go'] !== 'error' && schema['x-bindings'] !== false;
}

function full(schema: JsonSchema, name: string): unknown {
  if (typeof schema.$ref === 'string') {
    const target = schema.$ref.split('/').at(-1) ?? '';
    return full(types.get(target) ?? {}, target);
  }
  if (Array.isArray(schema.enum)) return schema.enum.at(-1);
  switch (schema.type) {
    case 'string':
      if (schema.contentEncoding !== undefined) return Buffer.from([0, 1, 255, name.length]).toString('base64');
      return schema.format === 'date-time' ? '2026-08-12T01:30:10.25+02:00' : `${name}: ü "\\ 😀`;
    case 'boolean':
      return true;
    case 'integer':
      return schema.format === 'uint32' ? 4_294_967_295 : -9_223_372_036_854_775_808n;
    case 'array':
      return ['a', 'b'].map((item) => full(schema.items as JsonSchema, `${name}${item}`));
    case 'object':
      return fullObject(schema, name);
    default:
      throw new Error(`${name} has the type ${String(schema.type)}`);
  }
}

function fullObject(schema: JsonSchema, name: string): unknown {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  if (properties.length > 0) {
    return Object.fromEntries(properties.filter(([, one]) => settable(one)).map(([key, one]) => [key, full(one, key)]));
  }
  const values = schema.additionalProperties;
  if (typeof values !== 'object') return { a: { deep: [null, name] }, b: 0.5 };
  return { A: full(values as JsonSchema, `${name}a`), z: full(values as JsonSchema, `${name}z`) };
}
