import { defineConfig } from 'vitest/config';

/** Tests that build plugins or drive whole commands need minutes on a small machine, not seconds. */
const SLOW_MS = 300_000;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The bundle is what users run: tests that spawn cpex or its children use it as built.
    globalSetup: ['test/setup/build.ts'],
    reporters: ['default', './test/setup/summary-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: SLOW_MS,
    // Other work on a small machine can push a process past any limit: one more try, and the run names it.
    retry: process.env.CI === 'true' ? 1 : 0,
    disableConsoleIntercept: true,
    // A variable of the machine must not change what a command says.
    env: { NO_COLOR: '1', FORCE_COLOR: '0', CI: 'true', NODE_EXTRA_CA_CERTS: '' },
  },
});
