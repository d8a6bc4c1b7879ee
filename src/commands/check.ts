import { string as argument } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { LANGUAGES } from '../model/target.js';
import { CpexCommand } from './base.js';

export default class Check extends CpexCommand {
  static override summary = 'Check a built library or program without running it.';
  static override description =
    'Reads the file and reports what keeps a host from loading or starting it, what makes it unsafe, and what a reader may want to know: entry function, exports, processor, glibc version, needed libraries, run paths, executable memory, leftovers. In a folder, every library below it, and every program that cpex built or that a host could start; in a zip archive, every library inside, or its program; in a project, also where its files disagree with cpex.yaml. Nothing of the file is run. Exit code 1 when there is a fault.';
  static override examples = [
    '<%= config.bin %> check dist',
    '<%= config.bin %> check ./plugin.so --target linux-arm64 --glibc 2.28',
    '<%= config.bin %> check plugin_1.0.0_linux_amd64.zip --reporter sarif=report.sarif --reporter pretty',
  ];
  static override args = { path: argument({ description: 'File, folder or zip archive to check.', required: true }) };
  static override flags = {
    target: string({
      description: 'Target that the file must fit; told from the folder when absent.',
      env: 'CPEX_CHECK_TARGET',
    }),
    language: string({
      description: 'Language it was written in; told from the project or the file when absent.',
      options: LANGUAGES,
      env: 'CPEX_CHECK_LANGUAGE',
    }),
    host: string({ description: 'Host profile whose entry function is expected.', env: 'CPEX_CHECK_HOST' }),
    entry: string({
      description: 'Entry function to expect, instead of the one of a host.',
      env: 'CPEX_CHECK_ENTRY',
      exclusive: ['host'],
    }),
    glibc: string({
      description: 'Newest glibc version that it may need, e.g. 2.28.',
      env: 'CPEX_CHECK_GLIBC',
      helpValue: 'VERSION',
    }),
    reporter: string({
      description: 'Output: pretty, json, github or sarif, each with =FILE if wanted.',
      multiple: true,
      env: 'CPEX_CHECK_REPORTER',
      helpValue: 'NAME[=FILE]',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Check);
    const [{ checkCommand }, { artefactKind, findProfile }] = await Promise.all([
      import('../install/check/check-command.js'),
      import('../hosts/registry.js'),
    ]);
    const { entry, host, target, glibc } = flags;
    const language = LANGUAGES.find((one) => one === flags.language);
    const entryOf = (own: string | undefined) => entry ?? findProfile(host ?? own ?? 'cpex').native?.entry;
    const kindOf = (own: string | undefined) =>
      entry === undefined ? artefactKind(findProfile(host ?? own ?? 'cpex')) : 'library';
    const options = { target, language, glibc, entryOf, kindOf };
    await this.work(flags, (context) => checkCommand(args.path, options, flags, context));
  }
}
