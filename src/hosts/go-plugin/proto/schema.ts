import type { JsonSchema } from '../../../model/contract.js';
import type { FieldType, MessageType, Scalar, Services, ValueType } from './model.js';

/** Which way messages go: what may be written is more than what is read. */
export type Direction = 'request' | 'answer';

/** Messages that are no object with their fields in JSON. */
const SPECIAL: Readonly<Record<string, JsonSchema>> = {
  Timestamp: { type: 'string', description: 'A time such as 2026-11-22T01:02:03Z.' },
  Duration: { type: 'string', description: 'Seconds such as 1.5s.' },
  FieldMask: { type: 'string', description: 'Paths in camel case, with commas between them.' },
  Struct: { type: 'object', additionalProperties: true },
  ListValue: { type: 'array', items: {} },
  Value: {},
  Any: { type: 'object', additionalProperties: true },
};

/** The schemas of all messages in both directions, by the names that `schemaOf` refers to. */
export function messageSchemas({ messages }: Services): Map<string, JsonSchema> {
  const types = new Map<string, JsonSchema>();
  for (const type of messages.values()) {
    for (const direction of ['request', 'answer'] as const) types.set(nameOf(type, direction), define(type, direction));
  }
  return types;
}

/** The schema of a message. */
export function schemaOf(type: MessageType, direction: Direction): JsonSchema {
  return { $ref: `types.json#/$defs/${nameOf(type, direction)}` };
}

function nameOf({ fullName }: MessageType, direction: Direction): string {
  return direction === 'request' ? fullName : `${fullName} (answer)`;
}

function define(type: MessageType, direction: Direction): JsonSchema {
  const { fullName, fields } = type;
  const google = fullName.startsWith('google.protobuf.') ? fullName.slice('google.protobuf.'.length) : '';
  if (Object.hasOwn(SPECIAL, google)) return SPECIAL[google] ?? {};
  const [first] = fields;
  if (/^(?:Double|Float|U?Int(?:32|64)|Bool|String|Bytes)Value$/.test(google) && first !== undefined) {
    return valueSchema(first.value, direction);
  }
  const required = fields.filter(({ presence }) => presence === 'required').map(({ jsonName }) => jsonName);
  return {
    title: fullName,
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.jsonName, fieldSchema(field, direction)])),
    ...(required.length === 0 ? {} : { required }),
  };
}

function fieldSchema(field: FieldType, direction: Direction): JsonSchema {
  const value = valueSchema(field.value, direction);
  if (field.mapEntry !== undefined) return { type: 'object', additionalProperties: value };
  return field.repeated ? { type: 'array', items: value } : value;
}

function valueSchema(value: ValueType, direction: Direction): JsonSchema {
  if (value.kind === 'message') return schemaOf(value.type, direction);
  if (value.kind === 'scalar') return scalarSchema(value.scalar, direction);
  // Numbers that an enum does not name are answers as well.
  return direction === 'request' ? { type: 'string', enum: [...value.type.numbers.keys()] } : {};
}

function scalarSchema(scalar: Scalar, direction: Direction): JsonSchema {
  switch (scalar) {
    case 'bool':
      return { type: 'boolean' };
    case 'string':
      return { type: 'string' };
    case 'bytes':
      return { type: 'string', contentEncoding: 'base64' };
    case 'double':
    case 'float':
      // Not every answer is a number: "NaN".
      return direction === 'request' ? { type: 'number' } : {};
    default: {
      const format = `${/^(?:u|fixed)/.test(scalar) ? 'uint' : 'int'}${scalar.endsWith('64') ? 64 : 32}`;
      if (direction === 'answer' && scalar.endsWith('64')) return { type: 'string', pattern: '^-?[0-9]+$' };
      return { type: 'integer', format };
    }
  }
}
