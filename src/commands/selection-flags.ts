import { integer, string } from '@oclif/core/flags';

/** Flags of `cpex test` about which tests run. */
export const selectionFlags = {
  level: integer({
    description: 'Highest level of conformance tests.',
    default: 2,
    min: 1,
    max: 10,
    env: 'CPEX_TEST_LEVEL',
  }),
  only: string({
    description: 'Run only these tests: an id, `env.*`, a case.',
    multiple: true,
    env: 'CPEX_TEST_ONLY',
  }),
  skip: string({ description: 'Leave these tests out.', multiple: true, env: 'CPEX_TEST_SKIP' }),
};
