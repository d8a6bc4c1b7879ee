import { string } from '@oclif/core/flags';

/** Flags of `cpex run` about which plugins run. */
export const pluginFlags = {
  plugin: string({
    description: 'A built library or program instead of the project; several for a command, and for the host cliproxy.',
    env: 'CPEX_RUN_PLUGIN',
    helpValue: 'FILE',
    multiple: true,
    // A word may follow.
    multipleNonGreedy: true,
  }),
  'host-config': string({
    description: "Configuration file of CLIProxyAPI, for its plugins' folder, order and settings.",
    env: 'CPEX_RUN_HOST_CONFIG',
    helpValue: 'FILE',
  }),
};
