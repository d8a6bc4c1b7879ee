import type { ConformanceTest } from '../types.js';

/** The one test of level 6 that sees races which have no visible effect yet. */
export const RACES: ConformanceTest = {
  id: 'conc.tsan',
  level: 6,
  title: 'has no data races',
  catches: 'memory that threads share without a lock',
  detect: "ThreadSanitizer in a build of its own (C, Rust), the project's tests under -race (Go)",
  engines: ['A'],
  severity: 'fail',
  clause: 'ABI-THR-001',
  needs: ['register.ok', 'shutdown.ok', 'env.shape', 'meta.caps'],
  budgetMs: 20_000,
  run: async (subject) => (await import('../../sanitizers/race-tests.js')).withoutRaces('conc.tsan', subject),
};
