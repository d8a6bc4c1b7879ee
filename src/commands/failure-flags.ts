import { boolean, string } from '@oclif/core/flags';

/** Flags of `cpex test` about failures, seeing them again, looking into them, and about an older build. */
export const failureFlags = {
  baseline: string({
    description: 'An older build to compare with: what differs, and which step of the version is owed.',
    env: 'CPEX_TEST_BASELINE',
    helpValue: 'FILE',
  }),
  repro: string({
    description: 'Folder for what a failed test needs to be seen again; .cpex/repro of the project when absent.',
    env: 'CPEX_TEST_REPRO',
    helpValue: 'FOLDER',
  }),
  replay: string({
    description: 'Run the test of such a file again.',
    env: 'CPEX_TEST_REPLAY',
    helpValue: 'FILE',
  }),
  debug: boolean({
    description: 'Run one test of the debug build in the foreground, under gdb or lldb.',
    env: 'CPEX_TEST_DEBUG',
  }),
  debugger: string({
    description: 'Command line for --debug, to which the program is added; gdb, else lldb, when absent.',
    env: 'CPEX_TEST_DEBUGGER',
    helpValue: 'COMMAND',
  }),
  'debug-build': boolean({ description: 'Test the debug build.', env: 'CPEX_TEST_DEBUG_BUILD' }),
};
