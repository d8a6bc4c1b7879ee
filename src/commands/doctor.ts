import { realpathSync } from 'node:fs';
import { string } from '@oclif/core/flags';
import { LANGUAGES } from '../model/target.js';
import { CpexCommand } from './base.js';

export default class Doctor extends CpexCommand {
  static override summary = 'Say which languages can be built here, and how to mend the others.';
  static override description =
    'Looks for compilers and build tools, asks each for its version, and names the one command that brings what is missing. Changes nothing. Exit code 3 when the chosen language cannot build: the one of --lang, else of the project, else any one of the three.';
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --lang rust --json'];
  static override flags = {
    lang: string({
      description: 'The language that has to work.',
      options: LANGUAGES,
      env: 'CPEX_DOCTOR_LANG',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const [{ findProject }, { examine }] = await Promise.all([
      import('../project/find.js'),
      import('../build/doctor.js'),
    ]);
    await this.work(flags, async (context) => {
      const project = await findProject(context.cwd).catch(() => undefined);
      const language = LANGUAGES.find((one) => one === flags.lang) ?? project?.manifest.language;
      const running = realpathSync(process.argv[1] ?? process.execPath);
      const report = await examine(
        {
          running,
          ...(language === undefined ? {} : { language }),
          ...(project === undefined ? {} : { folder: project.root }),
        },
        context,
      );
      const { renderDoctor } = await import('../report/doctor-text.js');
      return { value: report, text: () => renderDoctor(report), exit: report.ok ? 0 : 3 };
    });
  }
}
