import type { FieldType, MessageType, ValueType } from './model.js';

/** Messages within messages that a sample shows. */
const DEPTH = 3;

/** A value that fits a message, with something in each field, for people to change and for tests to send. */
export function sampleOf(type: MessageType, depth = 0): unknown {
  const special = SPECIAL[type.fullName];
  if (special !== undefined) return special;
  if (/^google\.protobuf\.\w+Value$/.test(type.fullName)) {
    const [first] = type.fields;
    return first === undefined ? {} : valueSample(first.value, depth);
  }
  const fields = type.fields.filter(
    (field) => isShown(field, type) && (depth < DEPTH || field.presence === 'required'),
  );
  return Object.fromEntries(fields.map((field) => [field.jsonName, fieldSample(field, depth)]));
}

const SPECIAL: Readonly<Record<string, unknown>> = {
  'google.protobuf.Timestamp': '2026-01-02T03:04:05Z',
  'google.protobuf.Duration': '1.5s',
  'google.protobuf.FieldMask': '',
  'google.protobuf.Struct': {},
  'google.protobuf.ListValue': [],
  'google.protobuf.Value': 'text',
  'google.protobuf.Any': {},
};

/** Of fields that exclude each other the first one is shown. */
function isShown(field: FieldType, { fields }: MessageType): boolean {
  return field.oneof === undefined || fields.find(({ oneof }) => oneof === field.oneof) === field;
}

function fieldSample(field: FieldType, depth: number): unknown {
  const value = valueSample(field.value, depth);
  if (field.mapEntry === undefined) return field.repeated ? [value] : value;
  const keys = field.mapEntry.byNumber(1)?.value;
  const scalar = keys?.kind === 'scalar' ? keys.scalar : 'string';
  return { [scalar === 'string' ? 'key' : scalar === 'bool' ? 'true' : '1']: value };
}

function valueSample(value: ValueType, depth: number): unknown {
  if (value.kind === 'message') return sampleOf(value.type, depth + 1);
  if (value.kind === 'enum') {
    const [zero, other] = value.type.numbers.keys();
    return value.type.fullName === 'google.protobuf.NullValue' ? null : (other ?? zero ?? 0);
  }
  if (value.scalar === 'string') return 'text';
  if (value.scalar === 'bytes') return Buffer.from('bytes').toString('base64');
  return value.scalar === 'bool' ? true : 1;
}
