import { boolean, option, string } from '@oclif/core/flags';
import { applicationFlags } from './application-flags.js';
import { pluginsFolderFlags } from './plugins-folder-flags.js';

/** Flags of `install`: where from, where to, and how strict. */
export const installFlags = {
  to: string({
    aliases: ['dir'],
    description: "Plugins folder; the host's own when absent.",
    env: 'CPEX_PLUGINS_DIR',
    helpValue: 'DIR',
  }),
  project: pluginsFolderFlags.project,
  host: string({ description: 'Host profile to try it out with.', env: 'CPEX_INSTALL_HOST', helpValue: 'PROFILE' }),
  as: option({
    description: 'Form of the plugin, for a host that takes both: library or process.',
    env: 'CPEX_INSTALL_AS',
    options: ['library', 'process'] as const,
  })(),
  registry: string({
    description: 'Registry to take the plugin from: an https address, a file URL or a path.',
    env: 'CPEX_INSTALL_REGISTRY',
    helpValue: 'URL',
  }),
  release: string({
    description: 'Version to take from the registry; the newest when absent.',
    env: 'CPEX_INSTALL_RELEASE',
    helpValue: 'VERSION',
  }),
  'release-api': string({
    description: "Address of the service that knows releases; GitHub's when absent.",
    env: 'CPEX_INSTALL_RELEASE_API',
    helpValue: 'URL',
  }),
  'host-config': string({
    description:
      "File of the host that gets the plugin's entry: YAML (cliproxy), plugins.toml (tau), variables (console, whose plugins folder has one); printed when absent.",
    env: 'CPEX_INSTALL_HOST_CONFIG',
    helpValue: 'FILE',
  }),
  cookie: applicationFlags('INSTALL').cookie,
  config: string({
    description: 'Configuration for the trial start: JSON text, @FILE or - for standard input.',
    env: 'CPEX_INSTALL_CONFIG',
    helpValue: 'DATA',
  }),
  'allow-downgrade': boolean({
    description: 'Replace a newer version by an older one.',
    env: 'CPEX_INSTALL_ALLOW_DOWNGRADE',
  }),
  force: boolean({
    description: 'Replace a file that cpex did not put there; it is kept as a previous version.',
    env: 'CPEX_INSTALL_FORCE',
  }),
  'dry-run': boolean({ description: 'Check it and say what would be done.', env: 'CPEX_INSTALL_DRY_RUN' }),
};
