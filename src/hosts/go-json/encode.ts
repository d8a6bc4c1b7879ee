import type { JsonSchema } from '../../model/contract.js';
import { isFields } from '../json-fields.js';
import { readBase64 } from './base64.js';
import { compactJson, freeText } from './free.js';
import { GoSyntaxError } from './scan.js';
import { type GoTypes, type Shape, type StructShape, shapeOf } from './shapes.js';
import { quoted, sortedKeys } from './text.js';
import { readTime, ZERO_TIME } from './time.js';

/** A value that the schema's Go type cannot hold. */
export class GoValueError extends RangeError {
  /** Path from the top of the value: `Host.AuthDir`, `Models[2].ID`; empty for the value itself. */
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path === '' ? 'the value' : path} ${problem}`);
    this.path = path;
  }
}

/**
 * Writes a value exactly as Go's `json.Marshal` writes the struct that a schema of a `go-json` contract describes.
 *
 * The value is plain JavaScript, and every member may be missing: what is missing, undefined or null gets its zero
 * value, so a list, a map or bytes become `null` while empty ones become `[]`, `{}` and `""`. Bytes are base64 or a
 * Uint8Array, times RFC 3339 or a Date, integers numbers or bigints; `json.RawMessage` takes the bytes of a JSON text
 * or a value whose order of keys is kept.
 * @throws GoValueError naming the member that does not fit its type, or that the struct does not have
 */
export function encodeGo(value: unknown, schema: JsonSchema, types: GoTypes): Uint8Array {
  return Buffer.from(textOf(shapeOf(schema, types), value ?? undefined, ''), 'utf8');
}

function textOf(shape: Shape, value: unknown, path: string): string {
  switch (shape.kind) {
    case 'struct':
      return structText(shape, value ?? {}, path);
    case 'string':
      if (value === undefined || value === null) return '""';
      return quoted(expect(value, 'string', 'a text', path) as string);
    case 'bool':
      return String(expect(value ?? false, 'boolean', 'true or false', path));
    case 'int':
      return integerText(value ?? 0, shape.min, shape.max, path);
    case 'time':
      return timeText(value ?? ZERO_TIME, path);
    case 'float':
      return freeAt(expect(value ?? 0, 'number', 'a number', path), path);
    default:
      return nullableText(shape, value ?? null, path);
  }
}

function nullableText(shape: Shape, value: unknown, path: string): string {
  if (value === null) return 'null';
  switch (shape.kind) {
    case 'bytes':
      return bytesText(value, path);
    case 'slice': {
      if (!Array.isArray(value)) throw new GoValueError(path, 'must be a list');
      return `[${value.map((item, index) => textOf(shape.items, item, `${path}[${index}]`)).join(',')}]`;
    }
    case 'map': {
      if (!isFields(value)) throw new GoValueError(path, 'must be an object');
      if (shape.values.kind === 'any') return freeAt(value, path);
      const keys = sortedKeys(Object.keys(value).filter((key) => value[key] !== undefined));
      return `{${keys.map((key) => `${quoted(key)}:${textOf(shape.values, value[key], join(path, key))}`).join(',')}}`;
    }
    case 'raw':
      return rawText(value, path);
    case 'error':
      throw new GoValueError(path, 'must be null: a Go error does not cross the wire');
    default:
      return freeAt(value, path);
  }
}

function structText(shape: StructShape, value: unknown, path: string): string {
  if (!isFields(value)) throw new GoValueError(path, 'must be an object');
  for (const key of Object.keys(value)) {
    if (!shape.exact.has(key)) throw new GoValueError(join(path, key), `is not a member of ${shape.name}`);
  }
  const members: string[] = [];
  for (const field of shape.fields) {
    const one = value[field.name];
    if (field.omitEmpty && isEmpty(field.shape(), one)) continue;
    const empty = one === undefined || one === null;
    const text = field.pointer && empty ? 'null' : textOf(field.shape(), one, join(path, field.name));
    members.push(`${quoted(field.name)}:${text}`);
  }
  return `{${members.join(',')}}`;
}

/** Whether omitempty leaves a member out: structs and times are never empty. */
function isEmpty(shape: Shape, value: unknown): boolean {
  if (shape.kind === 'time') return false;
  if (value === undefined || value === null) return true;
  switch (shape.kind) {
    case 'bool':
      return value === false;
    case 'int':
    case 'float':
      return Number(value) === 0;
    case 'slice':
    case 'map':
    case 'bytes':
    case 'string':
      return lengthOf(value) === 0;
    default:
      return false;
  }
}

function lengthOf(value: unknown): number | undefined {
  if (typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return isFields(value) ? Object.keys(value).length : undefined;
}

function integerText(value: unknown, min: bigint, max: bigint, path: string): string {
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isInteger(value))) {
    throw new GoValueError(path, 'must be a whole number');
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new GoValueError(path, 'is beyond 2^53, where a number is not exact; give it as a bigint');
  }
  const exact = BigInt(value);
  if (exact < min || exact > max) throw new GoValueError(path, `must be from ${min} to ${max}`);
  return String(exact);
}

function bytesText(value: unknown, path: string): string {
  if (value instanceof Uint8Array) {
    return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
  }
  if (typeof value !== 'string') throw new GoValueError(path, 'must be base64');
  const reading = readBase64(value);
  if (!reading.ok) throw new GoValueError(path, `must be base64: ${reading.message}`);
  return `"${reading.text}"`;
}

function timeText(value: unknown, path: string): string {
  const text = value instanceof Date ? value.toISOString() : value;
  if (typeof text !== 'string') throw new GoValueError(path, 'must be a time such as 2026-01-31T12:00:00Z');
  const reading = readTime(text);
  if (!reading.ok) throw new GoValueError(path, `must be a time such as 2026-01-31T12:00:00Z: ${reading.message}`);
  // Go reads offsets of 24 hours and more, and does not write them.
  if (/[+-](?:2[4-9]|[3-9]\d):\d\d$/.test(reading.text)) {
    throw new GoValueError(path, 'has a timezone hour outside of range [0,23]');
  }
  return `"${reading.text}"`;
}

function rawText(value: unknown, path: string): string {
  if (!(value instanceof Uint8Array)) return freeAt(value, path, false);
  try {
    return compactJson(value);
  } catch (error) {
    if (error instanceof GoSyntaxError) throw new GoValueError(path, `must be JSON: ${error.message}`);
    throw error;
  }
}

function freeAt(value: unknown, path: string, sorted = true): string {
  try {
    return freeText(value, sorted);
  } catch (error) {
    throw error instanceof RangeError ? new GoValueError(path, error.message) : error;
  }
}

function expect(value: unknown, type: string, wanted: string, path: string): unknown {
  if (typeof value !== type) throw new GoValueError(path, `must be ${wanted}`);
  return value;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
