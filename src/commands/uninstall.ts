import { string as argument } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { CpexCommand } from './base.js';
import { pluginsFolderFlags } from './plugins-folder-flags.js';

export default class Uninstall extends CpexCommand {
  static override summary = 'Remove an installed plugin.';
  static override description =
    'Removes the library or program, the versions that were kept of it, and its entry in the record. A file that was changed since it was installed is left alone unless --force is given. The data that a plugin has stored is not touched.';
  static override examples = ['<%= config.bin %> uninstall my-plugin'];
  static override args = { id: argument({ description: 'Id of the plugin.', required: true }) };
  static override flags = {
    ...pluginsFolderFlags,
    force: boolean({
      description: 'Also when the file was changed since it was installed; the changed file is lost.',
      env: 'CPEX_UNINSTALL_FORCE',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Uninstall);
    const [{ uninstallPlugin }, { renderUninstall }] = await Promise.all([
      import('../install/change-installed.js'),
      import('../report/install-text.js'),
    ]);
    const choice = { to: flags.dir, project: flags.project, host: flags.host };
    await this.work(flags, async (context) => {
      const result = await uninstallPlugin({ ...choice, id: args.id, force: flags.force }, context);
      return { value: result, text: () => renderUninstall(result) };
    });
  }
}
