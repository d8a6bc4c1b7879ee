import { isFields } from '../../json-fields.js';
import type { MessageType, ValueType } from './model.js';
import { expected } from './scalar-json.js';
import { durationJson, durationPlain, timestampJson, timestampPlain } from './times.js';
import { at, ValueProblem } from './value-problem.js';
import { WireProblem } from './wire.js';

type Fields = Readonly<Record<string, unknown>>;
type Messages = ReadonlyMap<string, MessageType>;

/** Messages that hold one value and are written as that value. */
const WRAPPERS: ReadonlySet<string> = new Set(
  ['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map(
    (name) => `google.protobuf.${name}Value`,
  ),
);

/** Whether null is a value of a type, and not the absence of one. */
export function takesNull(type: ValueType): boolean {
  if (type.kind === 'scalar') return false;
  return ['google.protobuf.Value', 'google.protobuf.NullValue'].includes(type.type.fullName);
}

/**
 * The fields of a message that ProtoJSON writes in a form of its own; the value itself for any other.
 * @param encode writes what an `Any` holds
 */
export function plainOf(
  type: MessageType,
  value: unknown,
  encode: (type: MessageType, value: unknown) => Uint8Array,
  messages: Messages,
): unknown {
  const { fullName } = type;
  if (!fullName.startsWith('google.protobuf.')) return value;
  if (value === null && !takesNull({ kind: 'message', type, delimited: false })) throw expected('a value', null);
  if (WRAPPERS.has(fullName)) return { value };
  switch (fullName.slice('google.protobuf.'.length)) {
    case 'Timestamp':
      return timestampPlain(value);
    case 'Duration':
      return durationPlain(value);
    case 'FieldMask':
      return { paths: pathsOf(value) };
    case 'Struct':
      return { fields: value };
    case 'ListValue':
      return { values: value };
    case 'Value':
      return valuePlain(value);
    case 'Any':
      return anyPlain(value, encode, messages);
    default:
      return value;
  }
}

/**
 * A message as ProtoJSON writes it, given its fields as JSON.
 * @param decode reads what an `Any` holds
 */
export function jsonOf(
  type: MessageType,
  fields: Fields,
  decode: (type: MessageType, bytes: Uint8Array) => unknown,
  messages: Messages,
): unknown {
  const { fullName } = type;
  if (!fullName.startsWith('google.protobuf.')) return fields;
  if (WRAPPERS.has(fullName)) return fields.value;
  switch (fullName.slice('google.protobuf.'.length)) {
    case 'Timestamp':
      return timestampJson(fields);
    case 'Duration':
      return durationJson(fields);
    case 'FieldMask':
      return (fields.paths as string[]).map(camelCase).join(',');
    case 'Struct':
      return fields.fields;
    case 'ListValue':
      return fields.values;
    case 'Value':
      // One without any of its kinds has no form in JSON; it is read as nothing.
      return Object.values(fields)[0] ?? null;
    case 'Any':
      return anyJson(fields, decode, messages);
    default:
      return fields;
  }
}

function valuePlain(value: unknown): Fields {
  if (value === null) return { nullValue: null };
  if (typeof value === 'number' || typeof value === 'bigint') return { numberValue: value };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Array.isArray(value) ? { listValue: value } : { structValue: value };
}

/** Types whose form in JSON is no object with the fields: in an `Any` that form is its `value`. */
function isSpecial({ fullName }: MessageType): boolean {
  const names = ['Timestamp', 'Duration', 'FieldMask', 'Struct', 'ListValue', 'Value', 'Any'];
  return WRAPPERS.has(fullName) || names.some((name) => fullName === `google.protobuf.${name}`);
}

function anyPlain(
  value: unknown,
  encode: (type: MessageType, value: unknown) => Uint8Array,
  messages: Messages,
): Fields {
  if (!isFields(value)) throw expected('an object with "@type"', value);
  const { '@type': url, ...rest } = value;
  if (url === undefined && Object.keys(rest).length === 0) return {};
  if (typeof url !== 'string') throw new ValueProblem('expected the key "@type", found none.');
  const type = messages.get(url.slice(url.lastIndexOf('/') + 1));
  if (type === undefined) {
    throw new ValueProblem(`"@type" names ${JSON.stringify(url)}, and no file has such a message.`);
  }
  const typeUrl = url.includes('/') ? url : `type.googleapis.com/${url}`;
  if (!isSpecial(type)) return { typeUrl, value: encode(type, rest) };
  return { typeUrl, value: at('.value', () => encode(type, rest.value)) };
}

function anyJson(
  fields: Fields,
  decode: (type: MessageType, bytes: Uint8Array) => unknown,
  messages: Messages,
): unknown {
  const url = String(fields.typeUrl ?? '');
  if (url === '' && fields.value === '') return {};
  const type = messages.get(url.slice(url.lastIndexOf('/') + 1));
  // What it holds is unknown here; the bytes are better than an error.
  if (type === undefined) return { '@type': url, value: fields.value };
  const json = decode(type, Buffer.from(String(fields.value), 'base64'));
  return isSpecial(type) ? { '@type': url, value: json } : { '@type': url, ...(json as object) };
}

function pathsOf(value: unknown): string[] {
  if (typeof value !== 'string') throw expected('paths with commas between them', value);
  if (value === '') return [];
  return value.split(',').map((path) => {
    if (path.includes('_')) throw new ValueProblem(`expected paths in camel case, found ${JSON.stringify(path)}.`);
    return path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  });
}

function camelCase(path: string): string {
  const camel = path.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (camel.includes('_') || /[A-Z]/.test(path))
    throw new WireProblem(`the path ${JSON.stringify(path)} has no form in JSON`);
  return camel;
}
