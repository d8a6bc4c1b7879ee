import { integer, string } from '@oclif/core/flags';

/** Flags of `cpex test` about which tests run. */
export const selectionFlags = {
  level: integer({
    description: 'Highest level of conformance tests; 5 unless cpex.yaml says otherwise.',
    min: 1,
    max: 10,
    env: 'CPEX_TEST_LEVEL',
  }),
  only: string({
    description: 'Run only these tests: an id, `env.*`, a case.',
    multiple: true,
    env: 'CPEX_TEST_ONLY',
  }),
  repeat: integer({
    description: 'How often each test runs; one whose runs differ is flaky.',
    min: 1,
    max: 1000,
    env: 'CPEX_TEST_REPEAT',
  }),
  seed: integer({ description: 'Where every random choice comes from.', min: 0, env: 'CPEX_TEST_SEED' }),
  skip: string({ description: 'Leave these tests out.', multiple: true, env: 'CPEX_TEST_SKIP' }),
};
