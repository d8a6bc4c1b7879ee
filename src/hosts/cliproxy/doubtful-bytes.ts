import type { JsonSchema } from '../../model/contract.js';
import type { Finding } from '../../model/finding.js';
import { bytesMembers } from '../bytes-members.js';

/**
 * Bytes that the host accepts and that can hardly be meant: JSON that was written as a JSON string
 * before it was encoded, so that a client gets `"{\"id\":…}"` in place of `{"id":…}`.
 */
export function doubtfulBytes(
  value: unknown,
  schema: JsonSchema,
  types: ReadonlyMap<string, JsonSchema>,
  method: string,
): Finding[] {
  return bytesMembers(value, schema, types)
    .filter(({ bytes }) => isQuotedJson(bytes))
    .map(({ path }) => ({
      id: 'env.bytes',
      severity: 'warn',
      message: `In the result of ${method}, ${path} holds JSON that was put into quotes before it was encoded.`,
      remedy: 'Encode the bytes of the JSON text itself as base64, not a string literal of it.',
    }));
}

function isQuotedJson(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('utf8').trim();
  if (!/^"\s*[[{]/.test(text) || !text.endsWith('"')) return false;
  try {
    const inner: unknown = JSON.parse(text);
    return typeof inner === 'string' && typeof JSON.parse(inner) === 'object';
  } catch {
    return false;
  }
}
