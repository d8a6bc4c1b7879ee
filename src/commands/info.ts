import { string as argument } from '@oclif/core/args';
import { CpexCommand } from './base.js';
import { pluginsFolderFlags } from './plugins-folder-flags.js';

export default class Info extends CpexCommand {
  static override summary = 'Show an installed plugin.';
  static override description =
    'Prints what the record says about a plugin, compares the digest of its file with it, and lists the versions that are kept for a rollback. Exit code 1 when the file is missing or was changed.';
  static override examples = ['<%= config.bin %> info my-plugin'];
  static override args = { id: argument({ description: 'Id of the plugin.', required: true }) };
  static override flags = pluginsFolderFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Info);
    const [{ inspectPlugin }, { renderInfo }] = await Promise.all([
      import('../install/inspect.js'),
      import('../report/install-list-text.js'),
    ]);
    const choice = { to: flags.dir, project: flags.project, host: flags.host };
    await this.work(flags, async (context) => {
      const result = await inspectPlugin(args.id, choice, context);
      return { value: result, text: () => renderInfo(result), exit: result.state === 'intact' ? 0 : 1 };
    });
  }
}
