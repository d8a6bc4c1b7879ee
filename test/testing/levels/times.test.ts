import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findProfile } from '../../../src/hosts/registry.js';
import { BRIEF } from '../../../src/testing/conformance/durations.js';
import { isAsFastAsBefore } from '../../../src/testing/conformance/hygiene/times.js';
import { findMeans } from '../../../src/testing/resolve.js';
import { Workshop } from '../../../src/testing/selftest/compile.js';
import type { Subject } from '../../../src/testing/subject.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-times-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'times.json');
const { signal } = new AbortController();
const context = { cwd: folder, env: process.env, interactive: false, emit: () => undefined, signal };

async function subjectOf(source: string): Promise<Subject> {
  const artefact = await new Workshop(context).artefact({ source, language: 'c' });
  const profile = findProfile('cpex');
  const rest = { artefact, profile, config: {}, language: 'c', durations: BRIEF, seed: 1, signal } as const;
  return { ...(await findMeans({}, undefined, context)), ...rest, times: file };
}

type Kept = Record<string, { p50: number; p99: number }>;
const kept = () => JSON.parse(readFileSync(file, 'utf8')) as Kept;

describe('hyg.time in a project', { timeout: 120_000 }, () => {
  it('keeps the times of the first run, and leaves them as they are', async () => {
    const subject = await subjectOf('good');
    expect((await isAsFastAsBefore('hyg.time', subject)).findings).toEqual([]);
    const first = kept();
    expect(Object.keys(first)).toEqual([expect.stringContaining('hook.invoke')]);
    expect((await isAsFastAsBefore('hyg.time', subject)).findings).toEqual([]);
    expect(kept()).toEqual(first);
  });

  it('tells of a build that is slower than the first one was', async () => {
    const slow = await subjectOf('broken/slower-each-time');
    const [finding] = (await isAsFastAsBefore('hyg.time', slow)).findings;
    expect(finding?.evidence?.join('\n')).toMatch(/p50 \d+\.\d µs, \d+\.\d µs in the first run here/);
    expect(finding?.remedy).toContain(file);
  });

  it('begins anew on a damaged file', async () => {
    writeFileSync(file, '{');
    expect((await isAsFastAsBefore('hyg.time', await subjectOf('good'))).findings).toEqual([]);
    expect(Object.keys(kept())).toHaveLength(1);
  });
});
