import { listPlugins } from '../install/list.js';
import { renderList } from '../report/install-list-text.js';
import { CpexCommand } from './base.js';
import { pluginsFolderFlags } from './plugins-folder-flags.js';

export default class List extends CpexCommand {
  static override summary = 'List installed plugins.';
  static override description =
    'Reads the record of a plugins folder: id, version, target, when and from where each plugin was installed. No plugin is loaded or started.';
  static override examples = ['<%= config.bin %> list', '<%= config.bin %> list --dir ../plugins --json'];
  static override flags = pluginsFolderFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(List);
    const choice = { to: flags.dir, project: flags.project, host: flags.host };
    await this.work(flags, async (context) => {
      const result = await listPlugins(choice, context);
      return { value: result, text: () => renderList(result) };
    });
  }
}
