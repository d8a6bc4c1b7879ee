import type { JsonSchema } from '../../model/contract.js';
import type { Finding } from '../../model/finding.js';
import { fieldsOf, isFields } from '../json-fields.js';

type Types = ReadonlyMap<string, JsonSchema>;

/**
 * Bytes that the host accepts and that can hardly be meant: JSON that was written as a JSON string
 * before it was encoded, so that a client gets `"{\"id\":…}"` in place of `{"id":…}`.
 */
export function doubtfulBytes(value: unknown, schema: JsonSchema, types: Types, method: string): Finding[] {
  return find(value, schema, types, '').map((path) => ({
    id: 'env.bytes',
    severity: 'warn',
    message: `In the result of ${method}, ${path} holds JSON that was put into quotes before it was encoded.`,
    remedy: 'Encode the bytes of the JSON text itself as base64, not a string literal of it.',
  }));
}

function find(value: unknown, schema: JsonSchema, types: Types, path: string): string[] {
  const real = resolved(schema, types);
  if (real.contentEncoding === 'base64') return typeof value === 'string' && isQuotedJson(value) ? [path] : [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => find(item, fieldsOf(real.items), types, `${path}[${index}]`));
  }
  if (!isFields(value)) return [];
  const properties = fieldsOf(real.properties);
  return Object.entries(value).flatMap(([name, one]) =>
    find(one, fieldsOf(properties[name] ?? real.additionalProperties), types, path === '' ? name : `${path}.${name}`),
  );
}

function resolved(schema: JsonSchema, types: Types): JsonSchema {
  if (typeof schema.$ref !== 'string') return schema;
  return types.get(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)) ?? {};
}

function isQuotedJson(base64: string): boolean {
  const text = Buffer.from(base64, 'base64').toString('utf8').trim();
  if (!/^"\s*[[{]/.test(text) || !text.endsWith('"')) return false;
  try {
    const inner: unknown = JSON.parse(text);
    return typeof inner === 'string' && typeof JSON.parse(inner) === 'object';
  } catch {
    return false;
  }
}
