import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { TestResult } from '../../../src/model/event.js';
import { selfTest } from '../../../src/testing/selftest/service.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-life-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the self-test says of the plugins that it has for these tests. */
async function judged(...only: string[]): Promise<readonly TestResult[]> {
  const { results } = await selfTest(
    { only, jobs: 2, seed: 1 },
    { cwd: folder, env: process.env, interactive: false, emit: () => undefined, signal: new AbortController().signal },
  );
  return results;
}

describe('level 7', () => {
  test('sees every defect in C, Go and Rust, and nothing in good plugins', { timeout: 600_000 }, async () => {
    const results = await judged('life.*');
    const bad = results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip');
    expect(
      bad.map(({ title, findings }) => [title, findings.map(({ message, evidence }) => [message, evidence])]),
    ).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(15);
  });
});
