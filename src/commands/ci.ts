import { string as argument } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';
import { CpexCommand } from './base.js';

export default class Ci extends CpexCommand {
  static override summary = 'Write the CI workflow of this project.';
  static override description =
    'Writes .github/workflows/cpex.yml: a job that builds and tests each target on a machine of its own kind, or with --cross all of them on one Linux machine, and one that packages what a tag names. Run again, it brings its own lines up to date and keeps all others byte for byte; targets and --cross are as the workflow has them unless given. Its lines stand between marks with a digest: where they were edited nothing is written, and the difference is shown. In a repository with several projects each has a workflow of its own at the top.';
  static override examples = [
    '<%= config.bin %> ci',
    '<%= config.bin %> ci github --target linux-x64 --target darwin-arm64 --target windows-x64',
    '<%= config.bin %> ci --target all --cross',
    '<%= config.bin %> ci --check',
  ];
  static override args = {
    service: argument({ description: 'CI service.', options: ['github'], default: 'github' }),
  };
  static override flags = {
    target: string({
      description: 'Target to build for, or all: those of cpex.yaml, else all that the language can make. Repeatable.',
      env: 'CPEX_CI_TARGET',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'TARGET',
    }),
    cross: boolean({
      description: 'Build everything on one Linux machine.',
      env: 'CPEX_CI_CROSS',
      allowNo: true,
    }),
    check: boolean({
      description: 'Write nothing; exit code 1 when the workflow is not up to date.',
      env: 'CPEX_CI_CHECK',
      exclusive: ['force', 'dry-run'],
    }),
    'dry-run': boolean({ description: 'Show what would change; write nothing.', env: 'CPEX_CI_DRY_RUN' }),
    force: boolean({
      description: 'Replace edited lines too, and keep the old text as .orig.',
      env: 'CPEX_CI_FORCE',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Ci);
    const { writeWorkflow } = await import('../scaffold/ci/service.js');
    await this.work(flags, async (context) => {
      const { target: targets = [], cross, check = false, force = false, 'dry-run': dryRun = false } = flags;
      const value = await writeWorkflow({ targets, cross, check, force, dryRun }, context);
      const text = async () => (await import('../report/ci-text.js')).renderCi(value, context.cwd);
      return { value, text, exit: value.ok ? 0 : 1 };
    });
  }
}
