import type { TestReport, TestResult } from '../../../src/model/event.js';

/** Text with everything that a format may trip over: markup, quotes, line ends, controls, half an emoji. */
export const NASTY = 'a <b>&"\'%:, # \\ ]]> \u0007\u001b[31m \u202e \ud83d\ude00 \ud800\nsecond line';

const passed: TestResult = {
  suite: 'conformance',
  level: 1,
  id: 'load.now',
  title: 'loads with immediate, local binding',
  verdict: 'pass',
  durationMs: 12.3456,
  findings: [],
};

/** One result of each kind. */
export const MIXED: TestReport = {
  artefacts: ['/project/dist/linux-x64/p.so'],
  profile: 'cpex',
  level: 5,
  seed: 7,
  durationMs: 1234.5,
  ok: false,
  summary: { passed: 2, failed: 4, warned: 1, skipped: 3 },
  results: [
    {
      suite: 'audit',
      id: 'audit',
      title: 'p.so',
      verdict: 'skip',
      durationMs: 0,
      findings: [],
      reason: 'skipped by --skip',
    },
    passed,
    {
      ...passed,
      level: 8,
      id: 'hyg.stdio',
      title: 'prints nothing by itself',
      verdict: 'warn',
      findings: [
        {
          id: 'hyg.stdio',
          severity: 'warn',
          message: 'The plugin prints to stdout.',
          evidence: ['noise'],
          clause: 'ABI-CALL-008',
        },
        { id: 'hyg.stdio', severity: 'warn', message: 'The plugin prints to stderr.', clause: 'ABI-CALL-008' },
      ],
    },
    {
      ...passed,
      level: 2,
      id: 'env.utf8',
      title: 'answers in strict UTF-8 without BOM',
      verdict: 'crash',
      findings: [
        {
          id: 'env.utf8',
          severity: 'fail',
          message: 'The plugin crashed with SIGSEGV during hook.invoke (call 2).',
          evidence: ['goroutine 1 [running]:', '\tmain.go:4'],
          remedy: 'Run the same call against a debug build.',
          clause: 'ABI-JSON-001',
          again: 'cpex test --only env.utf8',
        },
      ],
    },
    {
      ...passed,
      id: 'shutdown.ok',
      title: 'shuts down',
      verdict: 'hang',
      findings: [
        { id: 'shutdown.ok', severity: 'fail', message: 'The plugin did not return within 5000 ms in shutdown.' },
      ],
    },
    {
      ...passed,
      id: 'init.ok',
      title: 'initialises',
      verdict: 'harness-fault',
      findings: [{ id: 'init.ok', severity: 'fail', message: 'The reference host failed: out of memory' }],
    },
    {
      ...passed,
      level: 2,
      id: 'env.rc',
      title: 'returns a code',
      verdict: 'skip',
      durationMs: 0,
      reason: 'needs init.ok',
    },
    {
      ...passed,
      level: 2,
      id: 'env.slot',
      title: 'the slot',
      verdict: 'skip',
      durationMs: 0,
      reason: 'not selected by --only',
    },
    {
      suite: 'cases',
      id: `case:${NASTY}`,
      title: NASTY,
      verdict: 'fail',
      durationMs: 3,
      file: '/project/tests/cases/a b,c.yaml',
      line: 7,
      findings: [
        {
          id: `case:${NASTY}`,
          severity: 'fail',
          message: NASTY,
          evidence: [NASTY],
          file: '/project/tests/cases/a b,c.yaml',
          again: 'cpex test "/project/tests/cases/a b,c.yaml"',
        },
      ],
    },
  ],
};

/** A run in which no test ran. */
export const EMPTY: TestReport = {
  artefacts: ['/project/dist/linux-x64/p.so'],
  profile: 'cpex',
  level: 5,
  seed: 7,
  durationMs: 3,
  ok: false,
  reason: 'every test was skipped',
  summary: { passed: 0, failed: 0, warned: 0, skipped: 1 },
  results: [{ ...passed, verdict: 'skip', durationMs: 0, reason: 'not selected by --only' }],
};
