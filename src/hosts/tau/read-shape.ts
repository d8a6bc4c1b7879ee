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
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, one]) => one !== null || !Object.hasOwn(properties, name) || required.includes(name))
      .map(([name, one]) => [
        name,
        Object.hasOwn(properties, name) ? withoutNulls(fieldsOf(properties[name]), one) : one,
      ]),
  );
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
