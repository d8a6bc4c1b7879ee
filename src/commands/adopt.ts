import { string as argument } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';
import { LANGUAGES } from '../model/target.js';
import { CpexCommand } from './base.js';

export default class Adopt extends CpexCommand {
  static override summary = 'Write a cpex.yaml for a plugin that was not made by cpex.';
  static override description =
    'Finds the plugin in a repository (a Go main package, a Rust crate of the type cdylib, a shared library of CMake), builds it into a temporary folder, starts it once in a process of its own to see what it registers, and writes cpex.yaml, and nothing else: build, test, package and install then work there, and no source is changed. What is missing is asked for on a terminal; every value has a flag.';
  static override examples = [
    '<%= config.bin %> adopt --dry-run',
    '<%= config.bin %> adopt ../their-plugin --host cliproxy@v7.2.28',
    '<%= config.bin %> adopt --lang rust --unit their-crate --capability executor --no-build',
  ];
  static override args = {
    folder: argument({ description: 'Folder of the repository; the working folder when absent.' }),
  };
  static override flags = {
    lang: string({ description: 'Language of the plugin.', env: 'CPEX_ADOPT_LANG', options: LANGUAGES }),
    unit: string({ description: 'Which of several: Go package, crate or CMake target.', env: 'CPEX_ADOPT_UNIT' }),
    host: string({ description: 'Host profile; that of its entry function when absent.', env: 'CPEX_ADOPT_HOST' }),
    id: string({ description: 'Id of the plugin; the name in its build file when absent.', env: 'CPEX_ADOPT_ID' }),
    'plugin-version': string({ description: 'Version of the plugin.', env: 'CPEX_ADOPT_PLUGIN_VERSION' }),
    author: string({ description: 'Author.', env: 'CPEX_ADOPT_AUTHOR' }),
    license: string({ description: 'Licence, as an SPDX expression.', env: 'CPEX_ADOPT_LICENSE' }),
    repository: string({ description: 'Address of the sources.', env: 'CPEX_ADOPT_REPOSITORY' }),
    description: string({ description: 'One sentence about the plugin.', env: 'CPEX_ADOPT_DESCRIPTION' }),
    capability: string({
      description: 'What the plugin answers, as WORD or WORD:ARGUMENT; repeatable. What it registers when absent.',
      env: 'CPEX_ADOPT_CAPABILITY',
      multiple: true,
      multipleNonGreedy: true,
    }),
    config: string({
      description: 'Configuration to register with, kept for tests: JSON text, @FILE or - for standard input.',
      env: 'CPEX_ADOPT_CONFIG',
      helpValue: 'DATA',
    }),
    build: boolean({
      description: 'Build and start the plugin to see what it registers.',
      env: 'CPEX_ADOPT_BUILD',
      allowNo: true,
      default: true,
    }),
    'dry-run': boolean({ description: 'Say what would be written; write nothing.', env: 'CPEX_ADOPT_DRY_RUN' }),
    force: boolean({ description: 'Replace a cpex.yaml that is there.', env: 'CPEX_ADOPT_FORCE' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Adopt);
    const { adoptWithFlags } = await import('../scaffold/adopt/request.js');
    await this.work(flags, async (context) => {
      const value = await adoptWithFlags(args.folder, flags, context);
      const text = async () => (await import('../report/adopt-text.js')).renderAdopt(value, context.cwd);
      return { value, text };
    });
  }
}
