import { boolean, integer, string } from '@oclif/core/flags';

/** Flags of `cpex run` about serving pages. */
export const serveFlags = {
  serve: boolean({
    description: 'Serve the management routes and pages of the plugin on this machine, until Ctrl-C.',
    env: 'CPEX_RUN_SERVE',
  }),
  port: integer({
    description: 'Port to serve on, 0 for a free one; 8317, or a free one, when absent.',
    env: 'CPEX_RUN_PORT',
    min: 0,
    max: 65_535,
  }),
  open: string({
    description: 'Open the page in a browser; yes on a terminal with a desktop when absent.',
    env: 'CPEX_RUN_OPEN',
    options: ['yes', 'no'],
  }),
  'management-key': string({
    description: 'Key of the management routes; a random one when absent.',
    env: 'CPEX_RUN_MANAGEMENT_KEY',
    helpValue: 'KEY',
  }),
};
