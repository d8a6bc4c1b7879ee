import type { ConformanceTest } from '../types.js';

const common = {
  level: 9,
  severity: 'fail',
  clause: 'ABI-PROC-011',
  needs: ['register.ok', 'shutdown.ok', 'env.shape', 'meta.caps'],
} as const;

/** Level 9: what sanitizers and valgrind see while levels 3 to 6 run again. */
export const SANITIZERS: readonly ConformanceTest[] = [
  {
    ...common,
    id: 'san.addr',
    title: 'keeps to its own memory',
    catches: 'reads and writes outside of blocks, use after free, double free',
    detect: 'AddressSanitizer in a build of its own, levels 3 to 6 again',
    engines: ['A'],
    budgetMs: 30_000,
    run: async (subject) => (await import('../../sanitizers/tests.js')).underSanitizer('san.addr', subject, 'address'),
  },
  {
    ...common,
    id: 'san.ub',
    title: 'does nothing that C leaves undefined',
    catches: 'overflow of signed numbers, shifts too far, misaligned access, null pointers',
    detect: 'UndefinedBehaviorSanitizer in a build of its own, levels 3 to 6 again',
    engines: ['A'],
    budgetMs: 30_000,
    run: async (subject) => (await import('../../sanitizers/tests.js')).underSanitizer('san.ub', subject, 'undefined'),
  },
  {
    ...common,
    id: 'san.valgrind',
    title: 'reads nothing that was never written',
    catches: 'uninitialised values, invalid reads and frees',
    detect: 'valgrind, levels 3 and 4 again',
    engines: ['V'],
    budgetMs: 60_000,
    run: async (subject) => (await import('../../sanitizers/tests.js')).underValgrind('san.valgrind', subject),
  },
];
