import { boolean, string } from '@oclif/core/flags';

/** Flags of `cpex run` for those who look at a plugin while it runs. */
export const debugFlags = {
  trace: boolean({ description: 'Show every message both ways, with times and sizes.', env: 'CPEX_RUN_TRACE' }),
  debug: boolean({
    description:
      'Run the debug build. For a plugin that is a process: show its environment and how to reattach, without time limits, and wait.',
    env: 'CPEX_RUN_DEBUG',
  }),
  reattach: string({
    description: 'Record of a go-plugin process that runs already, as JSON or @FILE; nothing is built or started.',
    env: 'CPEX_RUN_REATTACH',
    helpValue: 'RECORD',
  }),
};
