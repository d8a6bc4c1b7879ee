import { string as argument } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';
import { LANGUAGES } from '../model/target.js';
import { CI_SERVICES, LICENSES } from '../scaffold/answers.js';
import { CpexCommand } from './base.js';

export default class New extends CpexCommand {
  static override summary = 'Start a new plugin.';
  static override description =
    'Writes a project that builds, passes its tests and holds only your logic: handlers, tests, the glue to the host, cpex.yaml, editor settings and a CI workflow. Asks for what is missing when there is a terminal. With "." the project goes into the working folder and is named after it. A failure or Ctrl-C leaves nothing behind.';
  static override examples = [
    '<%= config.bin %> new my-plugin --lang rust',
    '<%= config.bin %> new my-plugin --lang go --capability hook:tool_pre_invoke --capability command:greet',
    '<%= config.bin %> new my-plugin --lang go --host cliproxy --capability executor --capability management_api',
    '<%= config.bin %> new . --lang c --dry-run',
  ];
  static override args = { name: argument({ description: 'Id of the plugin, or "." (also CPEX_NEW_NAME).' }) };
  static override flags = {
    lang: string({ description: 'Language of the plugin.', env: 'CPEX_NEW_LANG', options: LANGUAGES }),
    host: string({
      description: 'Host profile, NAME or NAME@REVISION; cpex when absent.',
      env: 'CPEX_NEW_HOST',
    }),
    capability: string({
      description:
        'What the plugin answers, as WORD or WORD:ARGUMENT; repeatable. When absent: hook:tool_pre_invoke for cpex, request_interceptor for cliproxy.',
      env: 'CPEX_NEW_CAPABILITY',
      multiple: true,
      multipleNonGreedy: true,
    }),
    dir: string({ description: 'Folder of the project; the name when absent.', env: 'CPEX_NEW_DIR' }),
    git: boolean({ description: 'Make a git repository unless in one.', env: 'CPEX_NEW_GIT', allowNo: true }),
    ci: string({ description: 'CI workflow; github when absent.', env: 'CPEX_NEW_CI', options: CI_SERVICES }),
    license: string({ description: 'Licence; MIT when absent.', env: 'CPEX_NEW_LICENSE', options: LICENSES }),
    author: string({
      description: 'Author; the name that git or the system knows when absent.',
      env: 'CPEX_NEW_AUTHOR',
    }),
    repository: string({
      description: 'Address of the sources; the remote of the repository around it when absent and the host asks.',
      env: 'CPEX_NEW_REPOSITORY',
    }),
    description: string({ description: 'One sentence about the plugin.', env: 'CPEX_NEW_DESCRIPTION' }),
    'dry-run': boolean({ description: 'Say what would be written; write nothing.', env: 'CPEX_NEW_DRY_RUN' }),
    force: boolean({
      description:
        'Also in a folder that has some of the files: replace those that nobody edited, keep and name the rest.',
      env: 'CPEX_NEW_FORCE',
    }),
    overwrite: boolean({ description: 'As --force, and replace edited files too.', env: 'CPEX_NEW_OVERWRITE' }),
    yes: boolean({ char: 'y', description: 'Take the defaults; ask nothing.', env: 'CPEX_NEW_YES' }),
  };

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
