import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import cpex from '../../schemas/hosts/cpex/contract.json' with { type: 'json' };
import cpexTypes from '../../schemas/hosts/cpex/types.json' with { type: 'json' };
import { cpexContract } from '../../src/hosts/cpex/contract.js';
import { fieldsOf } from '../../src/hosts/json-fields.js';
import { checkShape, describeProblem } from '../../src/hosts/schema-check.js';
import type { JsonSchema } from '../../src/model/contract.js';

const { types } = cpexContract;
const problemsOf = (schema: JsonSchema, value: unknown) => checkShape(schema, value, types).map(describeProblem);

/** The same value with something else at one place of it, or without that place. */
function broken(value: unknown, path: readonly number[], other: unknown): unknown {
  const [step = 0, ...rest] = path;
  if (path.length === 0 || typeof value !== 'object' || value === null) return other;
  const entries = Object.entries(value);
  if (entries.length === 0) return other;
  const at = step % entries.length;
  const next = entries.flatMap(([name, one], index) => {
    if (index !== at) return [[name, one] as const];
    const inner = broken(one, rest, other);
    return inner === undefined ? [] : [[name, inner] as const];
  });
  return Array.isArray(value) ? next.map(([, one]) => one) : Object.fromEntries(next);
}

/**
 * Whether a value fits, worked out plainly: a second reading of the rules, for the quick test and the slow one to agree
 * with.
 */
function fits(schema: JsonSchema, value: unknown): boolean {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return fits((cpexTypes.$defs as Record<string, JsonSchema>)[name] ?? {}, value);
  }
  if (Array.isArray(schema.oneOf)) {
    const tag = fieldsOf(value)[String(schema['x-tag'])];
    const variant = (schema.oneOf as { $ref: string }[])
      .map(({ $ref }) => (cpexTypes.$defs as Record<string, JsonSchema>)[$ref.split('/').at(-1) ?? ''] ?? {})
      .find((one) => fieldsOf(fieldsOf(one.properties)[String(schema['x-tag'])]).const === tag);
    if (variant === undefined) return schema['x-open'] === true && typeof tag === 'string';
    return fits(variant, value);
  }
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) return false;
  if ('const' in schema && schema.const !== value) return false;
  if (schema.type === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const required = (schema.required ?? []) as string[];
    const properties = fieldsOf(schema.properties);
    const others = schema.additionalProperties;
    return (
      required.every((name) => Object.hasOwn(value, name)) &&
      Object.entries(value).every(([name, one]) =>
        Object.hasOwn(properties, name) ? fits(fieldsOf(properties[name]), one) : fits(fieldsOf(others), one),
      )
    );
  }
  if (schema.type === 'array') return Array.isArray(value) && value.every((one) => fits(fieldsOf(schema.items), one));
  if (schema.type === 'string') {
    if (typeof value !== 'string') return false;
    const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema as {
      minLength?: number;
      maxLength?: number;
    };
    if ([...value].length < minLength || [...value].length > maxLength) return false;
    if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern, 'u').test(value)) return false;
    if (schema.contentEncoding === 'base64') return Buffer.from(value, 'base64').toString('base64') === value;
    return schema.format !== 'semver' || /^\d+\.\d+\.\d+([-+].+)?$/.test(value);
  }
  if (schema.type === 'integer') {
    if (typeof value !== 'bigint' && !Number.isInteger(value)) return false;
    const bits = /^(u?)int(32|64)$/.exec(String(schema.format ?? ''));
    if (bits === null) return true;
    const size = BigInt(bits[2] ?? 0);
    const [low, high] = bits[1] === 'u' ? [0n, 2n ** size] : [-(2n ** (size - 1n)), 2n ** (size - 1n)];
    return BigInt(value as number) >= low && BigInt(value as number) < high;
  }
  if (schema.type === 'number') return typeof value === 'number' || typeof value === 'bigint';
  return schema.type !== 'boolean' || typeof value === 'boolean';
}

/** Every value that the contract gives as an example, with its schema. */
const SAMPLES: readonly (readonly [JsonSchema, unknown])[] = [
  ...Object.values(cpex.methods).flatMap(({ request, samples }) => samples.map((one) => [request, one] as const)),
  ...Object.values(cpex.callbacks).flatMap(({ request, samples }) => samples.map((one) => [request, one] as const)),
  ...Object.values(cpex.hooks).map(({ payload, sample }) => [payload, sample] as const),
];

describe('the check of shapes', () => {
  it('passes every sample of the contract', () => {
    for (const [schema, sample] of SAMPLES) expect(problemsOf(schema, sample)).toEqual([]);
  });

  it('finds a problem exactly where a value does not fit, whatever is broken in it', () => {
    const other = fc.oneof(
      fc.constantFrom<unknown>(
        undefined,
        null,
        '',
        'text',
        -1,
        1.5,
        2 ** 53,
        2n ** 63n,
        2n ** 64n,
        -(2n ** 63n),
        [],
        {},
        true,
      ),
      fc.jsonValue({ maxDepth: 2 }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...SAMPLES),
        fc.array(fc.nat({ max: 7 }), { maxLength: 6 }),
        other,
        ([schema, sample], path, instead) => {
          const value = broken(sample, path, instead);
          expect(problemsOf(schema, value).length === 0).toBe(fits(schema, value));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('names the place, in objects, lists and unions', () => {
    const part = (content: unknown) => ({ message: { schema_version: '2.0', role: 'user', content: [content] } });
    const payload = cpexContract.hooks.get('cmf.llm_input')?.payload ?? {};
    expect(problemsOf(payload, part({ content_type: 'text', text: 1 }))).toEqual([
      '"message.content[0].text" must be a string, not a number',
    ]);
    expect(problemsOf(payload, part({ content_type: 'hologram', beam: 1 }))).toEqual([]);
    expect(problemsOf(payload, part({ content_type: 1 }))).toHaveLength(1);
    expect(problemsOf(payload, part('text'))).toEqual(['"message.content[0]" must be an object, not a string']);
  });

  it('does not take members that every object has for members of its own', () => {
    const payload = cpexContract.hooks.get('tool_pre_invoke')?.payload ?? {};
    expect(problemsOf(payload, JSON.parse('{"name":"x","args":{},"constructor":1,"__proto__":{"name":2}}'))).toEqual(
      [],
    );
    expect(problemsOf({ type: 'object', required: ['toString'] }, {})).toEqual(['"toString" is missing']);
  });
});
