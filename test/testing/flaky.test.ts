import { expect, it } from 'vitest';
import { cpexProfile } from '../../src/hosts/cpex/profile.js';
import type { Ending } from '../../src/model/session.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { nativeEngine } from '../../src/runtime/native/engine.js';
import { BRIEF } from '../../src/testing/conformance/durations.js';
import { runConformanceTest } from '../../src/testing/conformance/run.js';
import type { ConformanceTest } from '../../src/testing/conformance/types.js';

const fault: Ending = { kind: 'harness-fault', message: 'the child did not start' };

/** A test whose child ends as told, one ending for each attempt. */
function ending(...endings: readonly (Ending | Error)[]) {
  let attempts = 0;
  const test: ConformanceTest = {
    id: 'load.now',
    level: 1,
    title: 'a test',
    catches: 'nothing',
    detect: 'nothing',
    engines: ['K'],
    severity: 'fail',
    clause: 'ABI-LOAD-001',
    budgetMs: 1,
    run: async () => {
      const one = endings[attempts++] ?? { kind: 'clean' };
      if (one instanceof Error) throw one;
      return { findings: [], ending: one };
    },
  };
  const subject = {
    artefact: '/none',
    target: hostTarget(),
    profile: cpexProfile,
    engine: nativeEngine(),
    config: {},
    signal: new AbortController().signal,
    language: 'c' as const,
    durations: BRIEF,
    seed: 1,
  };
  return runConformanceTest(test, subject).then((result) => ({ ...result, attempts }));
}

it('does not try again what passes or what the plugin did wrong', async () => {
  expect(await ending({ kind: 'clean' })).toMatchObject({ verdict: 'pass', attempts: 1 });
  const crash: Ending = { kind: 'crash', signal: 'SIGSEGV', phase: 'call', stderrTail: '', frames: [] };
  expect(await ending(crash)).toMatchObject({ verdict: 'crash', attempts: 1 });
});

it('reports a fault of the host that stays', async () => {
  expect(await ending(fault, fault)).toMatchObject({ verdict: 'harness-fault', attempts: 2 });
});

it('calls flaky what only the second attempt passes, and keeps the first finding', async () => {
  const result = await ending(fault, { kind: 'clean' });
  expect(result).toMatchObject({ verdict: 'flaky', attempts: 2 });
  expect(result.findings).toHaveLength(1);
});

it('takes a test that fails by itself for a fault of the host, and goes on', async () => {
  const broken = new RangeError('an experiment says nothing');
  const result = await ending(broken, broken);
  expect(result).toMatchObject({ verdict: 'harness-fault', attempts: 2 });
  expect(result.findings[0]?.message).toContain('an experiment says nothing');
});
