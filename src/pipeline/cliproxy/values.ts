import type { Headers } from './headers.js';

/** What a field holds when it is a text, else the empty text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** What a field holds when it is a whole number that fits, else 0. */
export function numberOf(value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : 0;
}

/** The texts of a list. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** The values of a list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Bytes of a field: base64, or bytes already; none where it is nil. */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? Buffer.from(value, 'base64') : new Uint8Array(0);
}

/** Headers as a plugin sent them, names as they stand. */
export function headersOf(value: unknown): Headers {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, values]) => [name, textsOf(values)]));
}

/** Bytes as they cross; an empty body crosses as nil, as the host's own copies of one do. */
export function crossing(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : Buffer.from(bytes).toString('base64');
}

/** Bytes as text where they are UTF-8, else as base64 with a mark. */
export function readable(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text).equals(Buffer.from(bytes)) ? text : `base64:${Buffer.from(bytes).toString('base64')}`;
}
