import type { Fuzzer } from '../../fuzz/types.js';
import type { Subject } from '../../subject.js';
import type { ConformanceTest, TestOutcome } from '../types.js';

const needs = ['register.ok', 'shutdown.ok', 'env.shape', 'meta.caps'];

/** The fuzzers bring fast-check along. */
async function run(fuzzer: Fuzzer, subject: Subject): Promise<TestOutcome> {
  return (await import('./fuzz-tests.js')).fuzzTest(fuzzer, subject);
}

/** Level 9: fuzzing and sanitizers. */
export const FUZZ: readonly ConformanceTest[] = [
  {
    id: 'fuzz.struct',
    level: 9,
    title: 'survives requests made from the schemas of its methods, and changed ones',
    catches: 'values that no example has: edges of numbers, missing and foreign members, half characters',
    detect: 'status, envelopes, the samples afterwards',
    engines: ['P'],
    severity: 'fail',
    clause: 'ABI-JSON-009',
    needs,
    budgetMs: 2500,
    run: (subject) => run('struct', subject),
  },
  {
    id: 'fuzz.bytes',
    level: 9,
    title: 'survives broken bytes in the bodies of its methods',
    catches: 'parsers that crash, over-read or never end',
    detect: 'guard pages, status, envelopes, the samples afterwards',
    engines: ['P'],
    severity: 'fail',
    clause: 'ABI-JSON-009',
    needs,
    budgetMs: 2500,
    run: (subject) => run('bytes', subject),
  },
  {
    id: 'fuzz.seq',
    level: 9,
    title: 'takes the calls of its life in any order',
    catches: 'state that only the usual order sets up',
    detect: 'status, answers against a model of the life cycle',
    engines: ['P'],
    severity: 'fail',
    clause: 'ABI-META-001',
    needs,
    budgetMs: 2500,
    run: (subject) => run('seq', subject),
  },
  {
    id: 'fuzz.host',
    level: 9,
    title: 'copes with whatever its host answers',
    catches: 'answers of the host that are used without a look at them',
    detect: 'status, envelopes, the samples afterwards',
    engines: ['P'],
    severity: 'fail',
    clause: 'ABI-CB-002',
    needs,
    budgetMs: 2500,
    run: (subject) => run('host', subject),
  },
  {
    id: 'fuzz.cov',
    level: 9,
    optIn: true,
    title: 'survives a fuzzer that sees which code it reaches',
    catches: 'what lies behind many conditions',
    detect: 'libFuzzer with AddressSanitizer (C), go test -fuzz (Go), cargo-fuzz (Rust)',
    engines: ['P'],
    severity: 'fail',
    clause: 'ABI-JSON-009',
    needs,
    budgetMs: 20_000,
    run: async (subject) => (await import('./fuzz-tests.js')).coverageTest(subject),
  },
];
