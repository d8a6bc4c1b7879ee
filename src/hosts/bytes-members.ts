import type { JsonSchema } from '../model/contract.js';
import { fieldsOf, isFields } from './json-fields.js';

type Types = ReadonlyMap<string, JsonSchema>;

/** A member of a value that holds bytes. */
export interface BytesMember {
  /** Path from the top of the value: `chunks[0].Payload`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Every member of a value that its schema says to be base64, where it is. */
export function bytesMembers(value: unknown, schema: JsonSchema, types: Types, path = ''): BytesMember[] {
  const real = resolved(schema, types);
  if (real.contentEncoding === 'base64') {
    return typeof value === 'string' && value !== '' ? [{ path, bytes: Buffer.from(value, 'base64') }] : [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => bytesMembers(item, fieldsOf(real.items), types, `${path}[${index}]`));
  }
  if (!isFields(value)) return [];
  const properties = fieldsOf(real.properties);
  return Object.entries(value).flatMap(([name, one]) => {
    const own = fieldsOf(properties[name] ?? real.additionalProperties);
    return bytesMembers(one, own, types, path === '' ? name : `${path}.${name}`);
  });
}

/** What a `$ref` points to. */
export function resolved(schema: JsonSchema, types: Types): JsonSchema {
  if (typeof schema.$ref !== 'string') return schema;
  return types.get(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)) ?? {};
}
