import { string as argument } from '@oclif/core/args';
import { CpexCommand } from './base.js';
import { newFlags } from './new-flags.js';

export default class New extends CpexCommand {
  static override summary = 'Start a new plugin.';
  static override description =
    'Writes a project that builds, passes its tests and holds only your logic: handlers, tests, the glue to the host, cpex.yaml, editor settings and a CI workflow. Asks for what is missing when there is a terminal. With "." the project goes into the working folder and is named after it. A failure or Ctrl-C leaves nothing behind.';
  static override examples = [
    '<%= config.bin %> new my-plugin --lang rust',
    '<%= config.bin %> new my-plugin --lang go --capability hook:tool_pre_invoke --capability command:greet',
    '<%= config.bin %> new my-plugin --lang go --host cliproxy --capability executor --capability management_api',
    '<%= config.bin %> new my-gate --lang rust --sample policy-gate',
    '<%= config.bin %> new . --lang c --dry-run',
  ];
  static override args = { name: argument({ description: 'Id of the plugin, or "." (also CPEX_NEW_NAME).' }) };
  static override flags = newFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(New);
    const {
      lang: language,
      dir: folder,
      'dry-run': dryRun,
      force,
      overwrite,
      capability: capabilities,
      ...rest
    } = flags;
    const options = { dryRun: dryRun ?? false, force: force ?? false, overwrite: overwrite ?? false };
    await this.work(flags, async (context) => {
      const { newProject } = await import('../scaffold/new-project.js');
      const value = await newProject({ ...rest, name: args.name, language, folder, capabilities }, options, context);
      const text = async () => (await import('../report/new-text.js')).renderNew(value, context.cwd);
      return { value, text };
    });
  }
}
