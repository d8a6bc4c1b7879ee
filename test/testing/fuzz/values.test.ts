import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findProfile } from '../../../src/hosts/registry.js';
import { checkShape } from '../../../src/hosts/schema-check.js';
import { jsonOf, mutated } from '../../../src/testing/fuzz/mutate-value.js';
import { requestsLike, valuesOf } from '../../../src/testing/fuzz/schema-values.js';
import { shrinkList, shrinkValue } from '../../../src/testing/fuzz/shrink.js';

describe.each(['cpex', 'cliproxy'].map((name) => findProfile(name)))('values of the host $name', (profile) => {
  const { contract } = profile;

  it.each([...contract.types.keys()])('of the type %s fit it', (name) => {
    const schema = contract.types.get(name) ?? {};
    for (const value of fc.sample(valuesOf(schema, contract.types), { seed: 7, numRuns: 40 })) {
      expect(checkShape(schema, value, contract.types)).toEqual([]);
    }
  });

  it.each([...contract.methods.values()])('requests of $name fit its schema, and the host can write them', (method) => {
    for (const request of method.samples) {
      const requests = requestsLike({ method: method.name, request, capability: '' }, profile);
      for (const value of fc.sample(requests, { seed: 7, numRuns: 40 })) {
        expect(checkShape(method.request, value, contract.types)).toEqual([]);
        expect(profile.protocol.encodeRequest(value, method.name).length).toBeGreaterThan(0);
      }
    }
  });
});

describe('changed values', () => {
  const value = { a: [1, { b: 'text' }, null], c: { d: 2n ** 63n, e: {} }, f: false };

  it('are JSON, differ from the value, and leave it as it was', () => {
    const before = jsonOf(value);
    const seen = new Set<string>();
    for (let plan = 0; plan < 2000; plan++) {
      const text = mutated(value, plan);
      expect(() => JSON.parse(text)).not.toThrow();
      seen.add(text);
    }
    expect(jsonOf(value)).toBe(before);
    expect(seen.size).toBeGreaterThan(300);
  });

  it('depend on the value and the number alone', () => {
    expect(mutated(value, 12345)).toBe(mutated(structuredClone(value), 12345));
  });
});

describe('shrinking', () => {
  it('leaves of a list what it takes to fail', async () => {
    const fails = async (some: readonly number[]) => some.includes(13) && some.includes(77);
    expect(await shrinkList([...Array(100).keys()], fails)).toEqual([13, 77]);
  });

  it('leaves of a value what it takes to fail', async () => {
    const value = { x: [1, 2, { deep: 'an apple a day', other: true }], y: { z: [] } };
    const smallest = await shrinkValue(value, async (one) => JSON.stringify(one).includes('pp'));
    expect(smallest).toBe('pp');
  });

  it('keeps the container that matters', async () => {
    const holds = (one: unknown): boolean => Array.isArray((one as { list?: unknown })?.list);
    expect(await shrinkValue({ list: [1, 2], more: 'x' }, async (one) => holds(one))).toEqual({ list: [] });
  });
});
