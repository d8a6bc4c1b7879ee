import type { ConformanceTest } from '../types.js';

/** Level 10: the plugin on other machines, as far as this one can play them. */
export const CROSS: ConformanceTest = {
  id: 'tort.cross',
  level: 10,
  title: 'does on another processor and another system what it does here',
  catches: 'alignment, the sign of char, the size of long, and what else targets differ in',
  detect: 'levels 1 to 5 on builds for linux-arm64 under qemu and for windows-x64 under wine',
  engines: ['X', 'K'],
  severity: 'fail',
  clause: 'ABI-LOAD-004',
  needs: ['register.ok', 'shutdown.ok', 'env.shape', 'meta.caps'],
  budgetMs: 60_000,
  run: async (subject) => (await import('./cross.js')).onOtherTargets('tort.cross', subject),
};
