import { boolean, string } from '@oclif/core/flags';
import type { BuildOptions } from '../build/build-model.js';
import { CpexCommand } from './base.js';
import { liveDisplay } from './live-display.js';

export default class Build extends CpexCommand {
  static override summary = 'Build the plugin of this project.';
  static override description =
    'Builds through cmake, go or cargo, audits the library and places it, with build.json, in dist/<target>/ (dist/<target>-debug/ with --debug). What was there stays until the new library has passed. Words after -- go to the tool: to cargo build, to go build, or to the ninja or make behind cmake --build.';
  static override usage = 'build [FLAGS] [-- EXTRA…]';
  static override examples = [
    '<%= config.bin %> build',
    '<%= config.bin %> build --debug',
    '<%= config.bin %> build --dry-run',
    '<%= config.bin %> build -- --features fast',
  ];
  static override flags = {
    target: string({
      description: 'Target to build for, or all; the machine itself when absent. Repeatable.',
      env: 'CPEX_BUILD_TARGET',
      multiple: true,
      helpValue: 'TARGET',
    }),
    debug: boolean({ description: 'Unoptimised and with debug information.', env: 'CPEX_BUILD_DEBUG' }),
    verbose: boolean({ description: 'Show everything that the tools print.', env: 'CPEX_BUILD_VERBOSE' }),
    force: boolean({ description: 'Build from scratch, whatever is there.', env: 'CPEX_BUILD_FORCE' }),
    explain: boolean({ description: 'Say why each step was or was not done.', env: 'CPEX_BUILD_EXPLAIN' }),
    'dry-run': boolean({ description: 'Print the plan and do nothing.', env: 'CPEX_BUILD_DRY_RUN' }),
  };

  async run(): Promise<void> {
    // Taken before parsing, which leaves in argv only what it was given.
    const end = this.argv.indexOf('--');
    const extra = end === -1 ? [] : this.argv.slice(end + 1);
    const { flags } = await this.parse(Build, end === -1 ? this.argv : this.argv.slice(0, end));
    const { requireProject } = await import('../project/find.js');
    const { buildProject } = await import('../build/service.js');
    const display = await liveDisplay(flags);
    await this.work(
      flags,
      async (context) => {
        const options: BuildOptions = {
          project: await requireProject(context),
          targets: flags.target ?? [],
          mode: flags.debug ? 'debug' : 'release',
          force: flags.force,
          verbose: flags.verbose && !flags.json,
          extra,
          dryRun: flags['dry-run'],
        };
        const result = await buildProject(options, context).finally(() => display?.stop());
        const { renderBuild, renderBuildPlan } = await import('../report/build-text.js');
        const text = () =>
          options.dryRun ? renderBuildPlan(result, context.cwd) : renderBuild(result, { cwd: context.cwd, ...flags });
        return { value: result, text, exit: result.ok ? 0 : 1 };
      },
      display?.emit,
    );
  }
}
