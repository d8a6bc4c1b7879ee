import { describe, expect, test } from 'vitest';
import { complaints, judged } from '../support/judged.js';

/** The tests of this level that are no matter of other runners. */
const TORTURE = ['oom', 'nofile', 'diskfull', 'stack', 'signals', 'locale', '256', '2g', 'multi', 'soak', 'restart'];

describe('level 10', () => {
  test('sees every defect in C, and nothing in good plugins', { timeout: 1_200_000 }, async () => {
    const results = await judged(...TORTURE.map((name) => `tort.${name}`));
    expect(complaints(results)).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(20);
  });
});
