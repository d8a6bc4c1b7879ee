import { option } from '@oclif/core/flags';

/** The form of the plugin that `cpex run` starts. */
export const runForm = {
  as: option({
    description: 'Start it as a library or as a process, for a host that takes both; a library when absent.',
    env: 'CPEX_RUN_AS',
    options: ['library', 'process'] as const,
  })(),
};

/** The form of the plugin that `cpex test` judges. */
export const testForm = {
  as: option({
    description:
      'Test it as a library, as a process, or as both and whether they are the same, for a host that takes both; as a library when absent.',
    env: 'CPEX_TEST_AS',
    options: ['library', 'process', 'both'] as const,
  })(),
};
