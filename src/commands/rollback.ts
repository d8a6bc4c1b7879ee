import { string as argument } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { CpexCommand } from './base.js';
import { pluginsFolderFlags } from './plugins-folder-flags.js';

export default class Rollback extends CpexCommand {
  static override summary = 'Go back to the version that was installed before.';
  static override description =
    'Puts the version that was replaced last back in its place, after comparing its digest, and keeps the present one in turn: a second rollback returns to it. Needs no network and no build.';
  static override examples = ['<%= config.bin %> rollback my-plugin'];
  static override args = { id: argument({ description: 'Id of the plugin.', required: true }) };
  static override flags = {
    ...pluginsFolderFlags,
    force: boolean({
      description: 'Also when the file was changed since it was installed; the changed file is lost.',
      env: 'CPEX_ROLLBACK_FORCE',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Rollback);
    const [{ rollbackPlugin }, { renderRollback }] = await Promise.all([
      import('../install/change-installed.js'),
      import('../report/install-text.js'),
    ]);
    const choice = { to: flags.dir, project: flags.project, host: flags.host };
    await this.work(flags, async (context) => {
      const result = await rollbackPlugin({ ...choice, id: args.id, force: flags.force }, context);
      return { value: result, text: () => renderRollback(result) };
    });
  }
}
