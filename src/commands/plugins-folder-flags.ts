import { boolean, string } from '@oclif/core/flags';

/** Flags of every command that looks at installed plugins: which plugins folder is meant. */
export const pluginsFolderFlags = {
  dir: string({
    aliases: ['to'],
    description: "Plugins folder; the host's own when absent.",
    env: 'CPEX_PLUGINS_DIR',
    helpValue: 'DIR',
  }),
  project: boolean({
    description: 'Use .cpex/plugins of the project that one stands in, whatever other folder is named.',
    env: 'CPEX_INSTALL_PROJECT',
  }),
  host: string({
    description: 'Host profile, which knows where plugins lie.',
    env: 'CPEX_INSTALL_HOST',
    helpValue: 'PROFILE',
  }),
};
