import { string as argument } from '@oclif/core/args';
import { CpexCommand } from './base.js';
import { installFlags } from './install-flags.js';

export default class Install extends CpexCommand {
  static override summary = 'Install a built plugin.';
  static override description =
    'Takes a built library or program, an archive, a dist folder, a folder with the files of a release, with --registry the id of a plugin that a registry lists, or, without an argument, the project that one stands in. Digests are compared, the file is audited, then started once in a process of its own, and only then put into the plugins folder: whole, in one step, with the version that it replaces kept for a rollback. Nothing of it runs before the audit has passed. Exit code 5 when it is refused for safety.';
  static override examples = [
    '<%= config.bin %> install',
    '<%= config.bin %> install ./plugin.so --to ../plugins',
    '<%= config.bin %> install dist --dry-run',
    '<%= config.bin %> install ./my-plugin_1.2.3_linux_amd64.zip --host cliproxy --to plugins --host-config config.yaml',
    '<%= config.bin %> install my-plugin --registry https://example.org/registry.json --to plugins',
  ];
  static override args = {
    source: argument({ description: 'Library, program, archive, folder, or with --registry the id of a plugin.' }),
  };
  static override flags = installFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Install);
    const [{ installPlugin }, { readData }, { renderInstall }] = await Promise.all([
      import('../install/service.js'),
      import('../running/input.js'),
      import('../report/install-text.js'),
    ]);
    await this.work(flags, async (context) => {
      const { to, project, host, force, config, cookie, registry, release, 'host-config': hostConfig } = flags;
      const trial = config === undefined ? {} : { config: await readData(config, context.cwd, process.stdin) };
      const origin = { source: args.source, as: flags.as, registry, release, releaseApi: flags['release-api'] };
      const choice = { ...origin, to, project, host, hostConfig, cookie, force, ...trial };
      const options = { ...choice, allowDowngrade: flags['allow-downgrade'], dryRun: flags['dry-run'] };
      const result = await installPlugin(options, context);
      return { value: result, text: () => renderInstall(result) };
    });
  }
}
