import { describe, expect, it, test } from 'vitest';
import { slopeOf } from '../../../src/testing/conformance/hygiene/memory.js';
import { complaints, judged } from '../support/judged.js';

describe('level 8', () => {
  test('sees every defect in C, Go and Rust, and nothing in good plugins', { timeout: 900_000 }, async () => {
    const results = await judged('hyg.*');
    expect(complaints(results)).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(25);
  });
});

describe('slopeOf', () => {
  const windows = (held: (calls: number) => number) =>
    Array.from({ length: 20 }, (_, at) => `100 ${held((at + 1) * 100)}`);

  it('finds the bytes that each call leaves', () => {
    expect(slopeOf(windows((calls) => 5000 + calls * 64))).toEqual({ calls: 900, bytesPerCall: 64, growth: 57_600 });
  });

  it('does not count what grows in the first half alone', () => {
    expect(slopeOf(windows((calls) => Math.min(calls, 1000) * 64)).bytesPerCall).toBe(0);
  });

  it('is 0 where nothing was called', () => {
    expect(slopeOf(['0 4096', '0 8192'])).toEqual({ calls: 0, bytesPerCall: 0, growth: 0 });
  });
});
