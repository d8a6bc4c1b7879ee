import { describe, expect, it } from 'vitest';
import { canonicalHook } from '../../src/hosts/contract.js';
import { cpexContract } from '../../src/hosts/cpex/contract.js';
import { equalJson } from '../../src/hosts/exact-equal.js';
import { checkShape, KNOWN_KEYWORDS } from '../../src/hosts/schema-check.js';

const { types } = cpexContract;

describe('the contract of cpex', () => {
  it('uses only keywords that the check knows', () => {
    const unknown = new Set<string>();
    const visit = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [key, value] of Object.entries(schema)) {
        if (!KNOWN_KEYWORDS.includes(key)) unknown.add(key);
        if (key === 'properties') Object.values(value as object).forEach(visit);
        else if (Array.isArray(value)) value.forEach(visit);
        else visit(value);
      }
    };
    types.forEach(visit);
    expect([...unknown]).toEqual([]);
  });

  it('refers to types that are there, with samples that fit', () => {
    for (const one of [...cpexContract.methods.values(), ...cpexContract.callbacks.values()]) {
      expect(one.samples.length, one.name).toBeGreaterThan(0);
      for (const sample of one.samples) expect(checkShape(one.request, sample, types), one.name).toEqual([]);
      expect(() => checkShape(one.result, {}, types), one.name).not.toThrow();
    }
    for (const hook of cpexContract.hooks.values()) {
      expect(checkShape(hook.payload, hook.sample, types), hook.name).toEqual([]);
      expect(types.has(hook.payloadType), hook.payloadType).toBe(true);
    }
  });

  it('names methods that exist for each capability', () => {
    for (const capability of cpexContract.capabilities.values()) {
      for (const method of capability.methods)
        expect(cpexContract.methods.get(method)?.capability).toBe(capability.name);
    }
    expect(cpexContract.capabilities.get('hooks')?.argument?.values).toEqual([...cpexContract.hooks.keys()]);
  });

  it('knows the other spellings of hooks', () => {
    expect(canonicalHook(cpexContract, 'identity_resolve')).toBe('identity.resolve');
    expect(canonicalHook(cpexContract, 'cmf.prompt_pre_invoke')).toBe('cmf.prompt_pre_fetch');
    expect(canonicalHook(cpexContract, 'elicit')).toBe('elicit');
    expect(canonicalHook(cpexContract, 'Elicit')).toBeUndefined();
  });
});

describe('the shape check', () => {
  const integer = (format: string) => (value: unknown) =>
    checkShape({ type: 'integer', format }, value, types).length === 0;

  it('holds integers to their width exactly', () => {
    const int64 = integer('int64');
    expect([int64(9223372036854775807n), int64(-9223372036854775808n), int64(0), int64(-0)]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([int64(9223372036854775808n), int64(-9223372036854775809n), int64(1.5), int64('1')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    const uint64 = integer('uint64');
    expect([uint64(18446744073709551615n), uint64(18446744073709551616n), uint64(-1)]).toEqual([true, false, false]);
    const int32 = integer('int32');
    expect([int32(2147483647), int32(2147483648), int32(-2147483648), int32(-2147483649)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('follows a tagged union by its tag and names the place', () => {
    const spec = {
      verb: 'a',
      about: 'b',
      args: [
        { kind: 'flag', long: 'x' },
        { kind: 'option', long: 'y', required: 1 },
      ],
    };
    const problems = checkShape({ $ref: 'types.json#/$defs/CommandSpec' }, spec, types);
    expect(problems).toEqual([
      { path: 'args[1].value_type', message: 'is missing' },
      { path: 'args[1].required', message: 'must be a boolean, not a number' },
    ]);
    const [tag] = checkShape({ $ref: '#/$defs/ArgSpec' }, { kind: 'flags' }, types);
    expect(tag).toEqual({ path: 'kind', message: 'must be one of positional, option, flag' });
  });

  it('is not fooled by names that objects have anyway', () => {
    const schema = { type: 'object', properties: { toString: { type: 'string' } }, required: ['constructor'] };
    expect(checkShape(schema, JSON.parse('{"__proto__":1}'), types)).toEqual([
      { path: 'constructor', message: 'is missing' },
    ]);
    expect(checkShape(schema, { constructor: 1, toString: 1 }, types)).toHaveLength(1);
  });

  it('counts characters, not units', () => {
    expect(checkShape({ type: 'string', maxLength: 1 }, '😀', types)).toEqual([]);
    expect(checkShape({ type: 'string', maxLength: 1 }, 'ab', types)).toHaveLength(1);
  });
});

describe('equality of JSON values', () => {
  it.each([
    [1, 1n, true],
    [9007199254740993n, 9007199254740992, false],
    [9007199254740993n, 9007199254740993n, true],
    [0, -0, true],
    [{ a: 1, b: [1, null] }, { b: [1, null], a: 1 }, true],
    [[1, 2], [2, 1], false],
    [{ a: 1 }, { a: 1, b: undefined }, false],
    [{}, [], false],
    [null, {}, false],
    ['1', 1, false],
  ])('of %o and %o is %s', (a, b, equal) => {
    expect(equalJson(a, b)).toBe(equal);
    expect(equalJson(b, a)).toBe(equal);
  });
});
