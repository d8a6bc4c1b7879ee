import type { JsonSchema } from '../../model/contract.js';
import { fieldsOf, isFields } from '../json-fields.js';
import { checkShape, type ShapeProblem } from '../schema-check.js';
import { tauContract } from './contract.js';

/** A value as the host sees it, and where it does not fit. */
export interface ShapeReading {
  /** Members that may be left out and are null are left out. */
  readonly value: unknown;
  readonly problems: readonly ShapeProblem[];
}

/** Reads a value by a schema of the contract. A null stands for an optional member that has no value. */
export function readShape(schema: JsonSchema, value: unknown): ShapeReading {
  const present = withoutNulls(schema, value);
  return { value: present, problems: checkShape(schema, present, tauContract.types) };
}

function withoutNulls(schema: JsonSchema, value: unknown): unknown {
  if (typeof schema.$ref === 'string') {
    const named = tauContract.types.get(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1));
    return named === undefined ? value : withoutNulls(named, value);
  }
  if (Array.isArray(value)) return value.map((one) => withoutNulls(fieldsOf(schema.items), one));
  if (!isFields(value)) return value;
  const variant = Array.isArray(schema.oneOf) ? variantOf(schema, value) : schema;
  const properties = fieldsOf(variant.properties);
  const required = Array.isArray(variant.required) ? variant.required : [];
  const members = Object.entries(value).flatMap(([name, one]): [string, unknown][] => {
    const own = Object.hasOwn(properties, name) ? fieldsOf(properties[name]) : {};
    // In a member that takes any value null is one.
    const left = one === null && Object.keys(own).length > 0 && !required.includes(name);
    return left ? [] : [[name, withoutNulls(own, one)]];
  });
  return Object.fromEntries(members);
}

/** The variant of a tagged union that a value says it is; one without members where it is none. */
function variantOf(schema: JsonSchema, value: Readonly<Record<string, unknown>>): JsonSchema {
  const tag = String(schema['x-tag']);
  for (const option of schema.oneOf as JsonSchema[]) {
    const name = typeof option.$ref === 'string' ? option.$ref.slice(option.$ref.lastIndexOf('/') + 1) : undefined;
    const variant = name === undefined ? option : (tauContract.types.get(name) ?? {});
    if (fieldsOf(fieldsOf(variant.properties)[tag]).const === value[tag]) return variant;
  }
  return {};
}
