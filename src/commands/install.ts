import { string as argument } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';
import { CpexCommand } from './base.js';
import { pluginsFolderFlags } from './plugins-folder-flags.js';

export default class Install extends CpexCommand {
  static override summary = 'Install a built plugin.';
  static override description =
    'Takes a built library, a dist folder or, without an argument, the project that one stands in. The file is audited, then started once in a process of its own, and only then put into the plugins folder: whole, in one step, with the version that it replaces kept for a rollback. Nothing of it runs before the audit has passed. Exit code 5 when it is refused for safety.';
  static override examples = [
    '<%= config.bin %> install',
    '<%= config.bin %> install ./plugin.so --to ../plugins',
    '<%= config.bin %> install dist --dry-run',
  ];
  static override args = { source: argument({ description: 'Library, dist folder or project folder.' }) };
  static override flags = {
    to: string({
      aliases: ['dir'],
      description: "Plugins folder; the host's own when absent.",
      env: 'CPEX_PLUGINS_DIR',
      helpValue: 'DIR',
    }),
    project: pluginsFolderFlags.project,
    host: string({ description: 'Host profile to try it out with.', env: 'CPEX_INSTALL_HOST', helpValue: 'PROFILE' }),
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

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Install);
    const [{ installPlugin }, { readData }, { renderInstall }] = await Promise.all([
      import('../install/service.js'),
      import('../running/input.js'),
      import('../report/install-text.js'),
    ]);
    await this.work(flags, async (context) => {
      const { to, project, host, force, config } = flags;
      const trial = config === undefined ? {} : { config: await readData(config, context.cwd, process.stdin) };
      const choice = { source: args.source, to, project, host, force, ...trial };
      const options = { ...choice, allowDowngrade: flags['allow-downgrade'], dryRun: flags['dry-run'] };
      const result = await installPlugin(options, context);
      return { value: result, text: () => renderInstall(result) };
    });
  }
}
