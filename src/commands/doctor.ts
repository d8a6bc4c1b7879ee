import { realpathSync } from 'node:fs';
import { boolean, string } from '@oclif/core/flags';
import { LANGUAGES } from '../model/target.js';
import { CpexCommand } from './base.js';

export default class Doctor extends CpexCommand {
  static override summary = 'Say which languages can be built here, and for which targets, and how to mend the others.';
  static override description =
    'Looks for compilers and build tools, asks each for its version, and names the one command that brings what is missing. With --target, one line for each language and target, with what a build would use or what it lacks; in a project the language is its own. Changes nothing without --fix. Exit code 3 when a chosen target lacks something; without --target, when the chosen language cannot build: the one of --lang, else of the project, else any one of the three.';
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --lang rust --json',
    '<%= config.bin %> doctor --target all',
    '<%= config.bin %> doctor --target linux-arm64 --fix',
  ];
  static override flags = {
    lang: string({
      description: 'The language that has to work.',
      options: LANGUAGES,
      env: 'CPEX_DOCTOR_LANG',
    }),
    target: string({
      description: 'Target that has to work, host, or all. Repeatable.',
      env: 'CPEX_DOCTOR_TARGET',
      multiple: true,
      helpValue: 'TARGET',
    }),
    fix: boolean({
      description: 'Run the install commands of what is missing: they are shown, and you are asked.',
      env: 'CPEX_DOCTOR_FIX',
    }),
    yes: boolean({ description: 'With --fix: agree beforehand, where nobody can be asked.', env: 'CPEX_DOCTOR_YES' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const [{ findProject }, { consult }, { renderConsultation }] = await Promise.all([
      import('../project/find.js'),
      import('../build/doctor/consultation.js'),
      import('../report/doctor-text.js'),
    ]);
    await this.work({ ...flags, verbose: flags.fix }, async (context) => {
      const project = await findProject(context.cwd).catch(() => undefined);
      const language = LANGUAGES.find((one) => one === flags.lang);
      const running = realpathSync(process.argv[1] ?? process.execPath);
      const { target: targets = [], fix, yes } = flags;
      const { failure, ...result } = await consult({ running, language, project, targets, fix, yes }, context);
      const text = () => renderConsultation(result, process.stdout.columns);
      const value = { ...result.report, ...(result.fix === undefined ? {} : { fix: result.fix }) };
      return failure === undefined ? { value, text, exit: result.report.ok ? 0 : 3 } : { value, text, failure };
    });
  }
}
