import { didYouMean } from '../../../support/suggest.js';
import { isFields } from '../../json-fields.js';
import type { FieldType, MessageType, Scalar, ValueType } from './model.js';
import { expected, scalarOf } from './scalar-json.js';
import { at, ValueProblem } from './value-problem.js';
import { plainOf, takesNull } from './well-known.js';
import { END_GROUP, FIXED32, FIXED64, LENGTH, START_GROUP, VARINT, WireWriter } from './wire.js';

/** All messages by their full name: an `Any` says which one it holds. */
export type Messages = ReadonlyMap<string, MessageType>;

/** Deepest nesting of a message, as protobuf's own readers have it. */
export const DEPTH_LIMIT = 100;

/**
 * Writes a JSON value as a message, by the rules of ProtoJSON: both spellings of names, 64-bit integers as text or
 * exact numbers, bytes as base64, enums by name or number, null for nothing. Fields come in the order of their numbers.
 * Throws a `ValueProblem` with the place that does not fit.
 */
export function encodeMessage(type: MessageType, value: unknown, messages: Messages, depth = 0): Uint8Array {
  if (depth > DEPTH_LIMIT) throw new ValueProblem(`expected at most ${DEPTH_LIMIT} messages within one another.`);
  const plain = plainOf(type, value, (inner, one) => encodeMessage(inner, one, messages, depth + 1), messages);
  if (!isFields(plain)) throw expected(`an object (${type.fullName})`, plain);
  const given = fieldsGiven(type, plain);
  const writer = new WireWriter();
  for (const field of type.fields) {
    const member = given.get(field);
    if (member === undefined) {
      if (field.presence === 'required') throw new ValueProblem(`expected the field "${field.name}", found none.`);
      continue;
    }
    at(`.${member.key}`, () => writeField(writer, field, member.value, { messages, depth }));
  }
  return writer.finish();
}

interface Scope {
  readonly messages: Messages;
  readonly depth: number;
}

/** The members that hold something, by their field. */
function fieldsGiven(type: MessageType, value: Readonly<Record<string, unknown>>) {
  const given = new Map<FieldType, { readonly key: string; readonly value: unknown }>();
  const oneofs = new Map<string, string>();
  for (const [key, member] of Object.entries(value)) {
    const field = type.byName(key);
    if (field === undefined) throw unknownField(type, key);
    // Absent and null are the same, but where null is a value.
    if (member === undefined || (member === null && !holdsNull(field))) continue;
    const before = given.get(field);
    if (before !== undefined) throw new ValueProblem(`"${before.key}" and "${key}" are the same field.`);
    const other = field.oneof === undefined ? undefined : oneofs.get(field.oneof);
    if (other !== undefined) {
      throw new ValueProblem(`"${other}" and "${key}" exclude each other: both are of "${field.oneof}".`);
    }
    if (field.oneof !== undefined) oneofs.set(field.oneof, key);
    given.set(field, { key, value: member });
  }
  return given;
}

function unknownField(type: MessageType, key: string): ValueProblem {
  const names = type.fields.map(({ name }) => name);
  const hint = didYouMean(key, names);
  const all = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  return new ValueProblem(`${type.fullName} has no field ${JSON.stringify(key)}.${hint === '' ? ` (${all})` : hint}`);
}

function holdsNull({ value, repeated, mapEntry }: FieldType): boolean {
  return !repeated && mapEntry === undefined && takesNull(value);
}

function writeField(writer: WireWriter, field: FieldType, value: unknown, scope: Scope): void {
  if (field.mapEntry !== undefined) {
    writeMap(writer, field, field.mapEntry, value, scope);
    return;
  }
  if (!field.repeated) {
    if (field.presence === 'implicit' && field.oneof === undefined && isZero(field.value, value)) return;
    writeValue(writer, field.number, field.value, value, scope);
    return;
  }
  if (!Array.isArray(value)) throw expected('a list', value);
  if (!field.packed) {
    for (const [index, one] of value.entries()) {
      at(`[${index}]`, () => writeValue(writer, field.number, field.value, one, scope));
    }
  } else if (value.length > 0) {
    const block = new WireWriter();
    for (const [index, one] of value.entries()) at(`[${index}]`, () => writeBare(block, field.value, one));
    writer.tag(field.number, LENGTH);
    writer.block(block.finish());
  }
}

/** Whether a value is what the field has without it; such are not written. Throws where it does not fit. */
function isZero(type: ValueType, value: unknown): boolean {
  if (type.kind === 'message') return false;
  if (type.kind === 'enum') return enumNumber(type, value) === 0n;
  const scalar = scalarOf(type.scalar, value);
  if (typeof scalar === 'object') return scalar.length === 0;
  return scalar === 0n || scalar === '' || scalar === false || Object.is(scalar, 0);
}

function writeMap(writer: WireWriter, field: FieldType, entry: MessageType, value: unknown, scope: Scope): void {
  if (!isFields(value)) throw expected('an object', value);
  const keys = entry.byNumber(1)?.value;
  for (const [name, one] of Object.entries(value)) {
    at(`[${JSON.stringify(name)}]`, () => {
      const pair = new WireWriter();
      if (keys !== undefined) writeValue(pair, 1, keys, keyOf(keys, name), scope);
      writeValue(pair, 2, field.value, one, scope);
      writer.tag(field.number, LENGTH);
      writer.block(pair.finish());
    });
  }
}

/** Keys are text in JSON, whatever they are in the message. */
function keyOf(type: ValueType, name: string): unknown {
  if (type.kind !== 'scalar' || type.scalar === 'string') return name;
  if (type.scalar !== 'bool') {
    if (!/^-?(?:0|[1-9][0-9]*)$/.test(name)) throw expected(`a whole number as the key (${type.scalar})`, name);
    return name;
  }
  if (name === 'true') return true;
  if (name === 'false') return false;
  throw expected('the key true or false', name);
}

function writeValue(writer: WireWriter, number: number, type: ValueType, value: unknown, scope: Scope): void {
  if (value === null && !takesNull(type)) throw expected('a value', null);
  if (type.kind !== 'message') {
    writer.tag(number, formOf(type));
    writeBare(writer, type, value);
    return;
  }
  const bytes = encodeMessage(type.type, value, scope.messages, scope.depth + 1);
  writer.tag(number, type.delimited ? START_GROUP : LENGTH);
  if (type.delimited) {
    writer.raw(bytes);
    writer.tag(number, END_GROUP);
  } else writer.block(bytes);
}

/** How values of a type lie in a message, outside of a block of numbers. */
export function formOf(type: Exclude<ValueType, { kind: 'message' }>): number {
  if (type.kind === 'enum') return VARINT;
  if (type.scalar === 'string' || type.scalar === 'bytes') return LENGTH;
  if (type.scalar === 'double' || type.scalar.endsWith('fixed64')) return FIXED64;
  if (type.scalar === 'float' || type.scalar.endsWith('fixed32')) return FIXED32;
  return VARINT;
}

function writeBare(writer: WireWriter, type: ValueType, value: unknown): void {
  if (type.kind === 'message') throw new RangeError(`${type.type.fullName} is no number`);
  if (type.kind === 'enum') {
    writer.varint(enumNumber(type, value));
    return;
  }
  const { scalar } = type;
  const found = scalarOf(scalar, value);
  if (typeof found === 'string') writer.block(Buffer.from(found));
  else if (typeof found === 'boolean') writer.varint(found ? 1n : 0n);
  else if (typeof found === 'object') writer.block(found);
  else if (typeof found === 'bigint') writeInteger(writer, scalar, found);
  else if (scalar === 'float') writer.float(found);
  else writer.double(found);
}

function writeInteger(writer: WireWriter, scalar: Scalar, value: bigint): void {
  if (scalar.endsWith('fixed64')) writer.fixed64(value);
  else if (scalar.endsWith('fixed32')) writer.fixed32(value);
  // Small negative numbers stay short.
  else if (scalar.startsWith('sint')) writer.varint(value < 0n ? -value * 2n - 1n : value * 2n);
  else writer.varint(value);
}

function enumNumber({ type }: Extract<ValueType, { kind: 'enum' }>, value: unknown): bigint {
  if (value === null && type.fullName === 'google.protobuf.NullValue') return 0n;
  if (typeof value !== 'string') return scalarOf('int32', value) as bigint;
  const number = type.numbers.get(value);
  if (number !== undefined) return BigInt(number);
  const names = [...type.numbers.keys()];
  throw new ValueProblem(
    `expected one of ${names.join(', ')} (${type.fullName}), found ${JSON.stringify(value)}.${didYouMean(value, names)}`,
  );
}
