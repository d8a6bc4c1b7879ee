import type { ConformanceTest } from '../types.js';

/** Level 10: the plugin beside the runtime of a host in Go, as real hosts have it. */
export const GO_HOST: ConformanceTest = {
  id: 'tort.gohost',
  level: 10,
  title: 'does in a host written in Go what it does elsewhere',
  catches: 'trouble between two runtimes: signals, stacks, threads',
  detect: 'the tests of levels 1 to 7 that need no experiments, in a busy host in Go',
  engines: ['G', 'K'],
  severity: 'fail',
  clause: 'ABI-PROC-008',
  needs: ['register.ok', 'shutdown.ok', 'env.shape', 'meta.caps'],
  budgetMs: 20_000,
  run: async (subject) => (await import('./gohost.js')).inGoHost('tort.gohost', subject),
};
