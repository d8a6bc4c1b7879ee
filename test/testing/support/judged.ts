import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestResult } from '../../../src/model/event.js';
import { selfTest } from '../../../src/testing/selftest/service.js';

/** What the self-test says of the plugins that it has for some tests, good ones included. */
export async function judged(...only: string[]): Promise<readonly TestResult[]> {
  const cwd = mkdtempSync(path.join(tmpdir(), 'cpex-judged-'));
  const { signal } = new AbortController();
  try {
    const context = { cwd, env: process.env, interactive: false, emit: () => undefined, signal };
    return (await selfTest({ only, jobs: 2, seed: 1 }, context)).results;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** The results that are no pass and no skip, with what they say, for a message that explains itself. */
export function complaints(results: readonly TestResult[]): unknown[] {
  return results
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip')
    .map(({ id, title, findings }) => [id, title, findings.map(({ message, evidence }) => [message, evidence])]);
}
