import { isFields } from '../../json-fields.js';
import type { FieldType, MessageType, ValueType } from './model.js';
import { isLong } from './scalar-json.js';

/**
 * What a case expects of a message, spelt as answers are: names in camel case, 64-bit integers as text, enums by name.
 * Matchers stay, and what they hold is read the same way. Members that the message does not have stay as they are.
 */
export function expectedOf(type: MessageType, value: unknown): unknown {
  if (isMatcher(value)) return inMatcher(value, (one) => expectedOf(type, one));
  const [only] = type.fields;
  if (/^google\.protobuf\.U?Int64Value$/.test(type.fullName) && only !== undefined) return scalarOf(only.value, value);
  if (!isFields(value) || type.fullName.startsWith('google.protobuf.')) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const field = type.byName(key);
      return field === undefined ? [key, member] : [field.jsonName, memberOf(field, member)];
    }),
  );
}

function memberOf(field: FieldType, value: unknown): unknown {
  if (isMatcher(value)) return inMatcher(value, (one) => memberOf(field, one));
  if (field.mapEntry !== undefined) {
    if (!isFields(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, scalarOf(field.value, one)]));
  }
  // What `$contains` names is one of the elements.
  if (field.repeated && Array.isArray(value)) return value.map((one) => scalarOf(field.value, one));
  return scalarOf(field.value, value);
}

function scalarOf(type: ValueType, value: unknown): unknown {
  if (type.kind === 'message') return expectedOf(type.type, value);
  if (isMatcher(value)) return inMatcher(value, (one) => scalarOf(type, one));
  if (type.kind === 'enum') return typeof value === 'number' ? (type.type.names.get(value) ?? value) : value;
  return isLong(type.scalar) && isWhole(value) ? String(value) : value;
}

function isWhole(value: unknown): boolean {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

/** Matchers whose argument is a value or an expectation of the same type. */
const OF_VALUES: ReadonlySet<string> = new Set(['$equal', '$not', '$contains', '$oneOf']);

function isMatcher(value: unknown): value is Readonly<Record<string, unknown>> {
  const keys = isFields(value) ? Object.keys(value) : [];
  return keys.length === 1 && keys[0]?.startsWith('$') === true;
}

function inMatcher(value: Readonly<Record<string, unknown>>, read: (one: unknown) => unknown): unknown {
  const [[name = '', argument] = []] = Object.entries(value);
  if (!OF_VALUES.has(name)) return value;
  return { [name]: name === '$oneOf' && Array.isArray(argument) ? argument.map(read) : read(argument) };
}
