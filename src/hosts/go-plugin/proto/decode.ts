import { DEPTH_LIMIT, formOf, type Messages } from './encode.js';
import type { FieldType, MessageType, ValueType } from './model.js';
import { floatJson, isLong } from './scalar-json.js';
import { jsonOf } from './well-known.js';
import { END_GROUP, LENGTH, START_GROUP, WireProblem, WireReader } from './wire.js';

/** What a message holds of one field: the values, or the bytes of a message in all its pieces. */
type Found = { values: unknown[]; pieces: Uint8Array[] };

/**
 * Reads a message as JSON, by the rules of ProtoJSON: names in camel case, 64-bit integers as text, bytes as base64,
 * enums by name, numbers that an enum does not name as such. Fields that cannot be absent are there with their zero
 * value, so that expectations can name them. Unknown fields are passed over, as every reader of protobuf does.
 * Throws a `WireProblem` that says where the bytes are no such message.
 */
export function decodeMessage(type: MessageType, bytes: Uint8Array, messages: Messages, depth = 0): unknown {
  if (depth > DEPTH_LIMIT) throw new WireProblem(`more than ${DEPTH_LIMIT} messages lie within one another`);
  const found = collect(type, bytes);
  const value: Record<string, unknown> = {};
  for (const field of type.fields) {
    const part = found.get(field);
    const json = within(`${type.fullName}.${field.name}`, () => fieldJson(field, part, messages, depth));
    if (json !== undefined) Object.defineProperty(value, field.jsonName, { ...PLAIN, value: json });
  }
  return jsonOf(type, value, (inner, content) => decodeMessage(inner, content, messages, depth + 1), messages);
}

/** A field may be called `__proto__`. */
const PLAIN = { enumerable: true, configurable: true, writable: true };

function collect(type: MessageType, bytes: Uint8Array): ReadonlyMap<FieldType, Found> {
  const reader = new WireReader(bytes);
  const found = new Map<FieldType, Found>();
  while (!reader.done) {
    const { number, form } = reader.tag();
    if (form === END_GROUP)
      throw new WireProblem(`${type.fullName}: a group ends at byte ${reader.position} that never began`);
    const field = type.byNumber(number);
    const read = field === undefined ? undefined : readerOf(field, form);
    if (field === undefined || read === undefined) {
      within(type.fullName, () => reader.skip(number, form));
      continue;
    }
    const part = found.get(field) ?? { values: [], pieces: [] };
    if (!field.repeated && field.mapEntry === undefined) part.values = [];
    within(`${type.fullName}.${field.name}`, () => read(reader, part));
    found.set(field, part);
    // Of those that exclude each other the last one counts.
    if (field.oneof === undefined) continue;
    for (const other of found.keys()) if (other !== field && other.oneof === field.oneof) found.delete(other);
  }
  return found;
}

type Reader = (reader: WireReader, part: Found) => void;

/** How a field is read that comes in some form; undefined for one that it cannot have, which is no value of the field. */
function readerOf(field: FieldType, form: number): Reader | undefined {
  const { value, number } = field;
  if (field.mapEntry !== undefined)
    return form === LENGTH ? (reader, { pieces }) => pieces.push(reader.block()) : undefined;
  if (value.kind === 'message') {
    if (form === LENGTH && !value.delimited) return (reader, { pieces }) => pieces.push(reader.block());
    if (form === START_GROUP && value.delimited) return (reader, { pieces }) => pieces.push(reader.group(number));
    return undefined;
  }
  const usual = formOf(value);
  if (form === usual) return (reader, { values }) => values.push(readScalar(reader, value, field.strictText));
  if (!field.repeated || form !== LENGTH) return undefined;
  return (reader, { values }) => {
    const block = new WireReader(reader.block());
    while (!block.done) values.push(readScalar(block, value, field.strictText));
  };
}

function fieldJson(field: FieldType, part: Found | undefined, messages: Messages, depth: number): unknown {
  if (field.mapEntry !== undefined) return mapJson(field.mapEntry, part?.pieces ?? [], messages, depth);
  const { value } = field;
  if (value.kind === 'message') {
    const { type } = value;
    if (field.repeated) return (part?.pieces ?? []).map((one) => decodeMessage(type, one, messages, depth + 1));
    // A message that comes twice is merged, and that is what its bytes after one another mean.
    if (part !== undefined) return decodeMessage(type, joined(part.pieces), messages, depth + 1);
  } else {
    if (field.repeated) return part?.values ?? [];
    if (part !== undefined) return part.values.at(-1);
    if (field.presence === 'implicit' && field.oneof === undefined) return zeroJson(value);
  }
  if (field.presence === 'required') throw new WireProblem('the field is required and absent');
  return undefined;
}

function mapJson(entry: MessageType, pieces: readonly Uint8Array[], messages: Messages, depth: number) {
  const map: Record<string, unknown> = {};
  const type = entry.byNumber(2)?.value;
  for (const piece of pieces) {
    const pair = decodeMessage(entry, piece, messages, depth + 1) as { key: unknown; value?: unknown };
    // A pair without its value has the empty message.
    if (pair.value === undefined && type?.kind === 'message') {
      pair.value = decodeMessage(type.type, new Uint8Array(), messages, depth + 1);
    }
    Object.defineProperty(map, String(pair.key), { ...PLAIN, value: pair.value });
  }
  return map;
}

function readScalar(reader: WireReader, type: ValueType, strictText: boolean): unknown {
  if (type.kind === 'message') throw new RangeError(`${type.type.fullName} is no scalar`);
  if (type.kind === 'enum') {
    const number = Number(BigInt.asIntN(32, reader.varint()));
    return type.type.fullName === 'google.protobuf.NullValue' ? null : (type.type.names.get(number) ?? number);
  }
  const { scalar } = type;
  switch (scalar) {
    case 'double':
      return floatJson(scalar, reader.double());
    case 'float':
      return floatJson(scalar, reader.float());
    case 'bool':
      return reader.varint() !== 0n;
    case 'string':
      return textOf(reader.block(), strictText);
    case 'bytes':
      return Buffer.from(reader.block()).toString('base64');
    default: {
      const number = readInteger(reader, scalar);
      return isLong(scalar) ? String(number) : Number(number);
    }
  }
}

function readInteger(reader: WireReader, scalar: string): bigint {
  switch (scalar) {
    case 'fixed32':
      return BigInt(reader.fixed32());
    case 'sfixed32':
      return BigInt.asIntN(32, BigInt(reader.fixed32()));
    case 'fixed64':
      return reader.fixed64();
    case 'sfixed64':
      return BigInt.asIntN(64, reader.fixed64());
    case 'sint32':
    case 'sint64': {
      const number = reader.varint();
      const cut = scalar === 'sint32' ? BigInt.asUintN(32, number) : number;
      return (cut & 1n) === 0n ? cut >> 1n : -(cut >> 1n) - 1n;
    }
    case 'int32':
      return BigInt.asIntN(32, reader.varint());
    case 'uint32':
      return BigInt.asUintN(32, reader.varint());
    case 'int64':
      return BigInt.asIntN(64, reader.varint());
    default:
      return reader.varint();
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

function textOf(bytes: Uint8Array, strictText: boolean): string {
  if (!strictText) return lenient.decode(bytes);
  try {
    return strict.decode(bytes);
  } catch {
    throw new WireProblem('the text is not UTF-8');
  }
}

/** What a field is without a value, for one that cannot be absent. */
function zeroJson(type: Exclude<ValueType, { kind: 'message' }>): unknown {
  if (type.kind === 'enum') {
    return type.type.fullName === 'google.protobuf.NullValue' ? null : (type.type.names.get(0) ?? 0);
  }
  if (type.scalar === 'string' || type.scalar === 'bytes') return '';
  if (type.scalar === 'bool') return false;
  return isLong(type.scalar) ? '0' : 0;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
}

/** Names the field where its bytes are not what they should be; the innermost one is enough. */
function within<Value>(place: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof WireProblem) || error.placed) throw error;
    throw new WireProblem(`${place}: ${error.message}`, true);
  }
}
