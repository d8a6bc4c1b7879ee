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
    disableConsoleIntercept: true,
    // A variable of the machine must not change what a command says.
    env: { NO_COLOR: '1', FORCE_COLOR: '0', CI: 'true', NODE_EXTRA_CA_CERTS: '' },
  },
});
