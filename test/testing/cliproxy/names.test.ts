import { afterAll, describe, expect, it } from 'vitest';
import { findProfile } from '../../../src/hosts/registry.js';
import { hostTarget } from '../../../src/project/targets/host.js';
import { nativeEngine } from '../../../src/runtime/native/engine.js';
import { CATALOGUE } from '../../../src/testing/conformance/catalogue.js';
import { BRIEF } from '../../../src/testing/conformance/durations.js';
import { runConformanceTest } from '../../../src/testing/conformance/run.js';
import { Bench, type Line, registration, subtree } from '../../pipeline/bench.js';
import { missingTools } from '../support/compile.js';
import { ANSWERS } from './answer-rows.js';
import { NAMES, type Row } from './name-rows.js';

const bench = new Bench();
afterAll(() => bench.close());

const missing = missingTools('cc');

async function judge(id: string, row: Row, host = 'cliproxy') {
  const test = CATALOGUE.find((one) => one.id === id);
  if (test === undefined) throw new Error(`no test ${id}`);
  const good = registration('acme', row.can);
  const metadata = { ...(good as { metadata: object }).metadata, ...row.metadata };
  const lines = Object.entries(row.answers).map(([method, result]): Line => [method, 'result', JSON.stringify(result)]);
  return runConformanceTest(test, {
    artefact: bench.place('acme'),
    target: hostTarget(),
    profile: findProfile(host),
    engine: nativeEngine(),
    config: subtree('acme', {
      capabilities: row.can,
      lines,
      registration: [['plugin.register', 'result', { ...good, metadata }]],
    }),
    signal: new AbortController().signal,
    language: 'c' as const,
    durations: BRIEF,
    seed: 1,
  });
}

async function expectSaid(id: string, row: Row): Promise<void> {
  const { findings, verdict } = await judge(id, row);
  const says = row.says ?? [];
  expect(findings.map(({ severity, message, evidence = [] }) => [severity, message, evidence.join('\n')])).toEqual(
    says.map(([severity, message, evidence = '']) => [
      severity,
      expect.stringContaining(message),
      expect.stringContaining(evidence),
    ]),
  );
  const weights = says.map(([severity]) => severity);
  expect(verdict).toBe(weights.includes('fail') ? 'fail' : weights.includes('warn') ? 'warn' : 'pass');
  for (const { clause, remedy, again } of findings) {
    expect(clause).toMatch(/^CPA-CALL-00[78]$/);
    expect(remedy).toMatch(/\.$/);
    expect(again).toContain(`--only ${id}`);
  }
}

describe.skipIf(missing !== undefined)(`names and answers${missing === undefined ? '' : ` (${missing})`}`, () => {
  it.each(NAMES)('$name', { timeout: 60_000 }, (row) => expectSaid('use.names', row));
  it.each(ANSWERS)('$name', { timeout: 60_000 }, (row) => expectSaid('use.answers', row));

  it('are shown again under the same revision of the host', { timeout: 60_000 }, async () => {
    const [row] = NAMES;
    if (row === undefined) throw new Error('no rows');
    const { findings } = await judge('use.names', row, 'cliproxy@v7.2.28');
    expect(findings[0]?.again).toMatch(/--host cliproxy@v7\.2\.28 --only use\.names$/);
    expect((await judge('use.names', row)).findings[0]?.again).toMatch(/--host cliproxy --only use\.names$/);
  });
});
