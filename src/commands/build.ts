import type { BuildOptions } from '../build/build-model.js';
import { CpexCommand } from './base.js';
import { BUILD_FLAGS } from './build-flags.js';
import { liveDisplay } from './live-display.js';
import { releaseFlags } from './release-flags.js';

export default class Build extends CpexCommand {
  static override summary = 'Build the plugin of this project.';
  static override description =
    'Builds through cmake, go or cargo, audits each library or program and places it, with build.json, in dist/<target>/ (dist/<target>-debug/ with --debug). What was there stays until the new file has passed. A target that is named must be buildable: an impossible one ends with 2, one without its tools with 3, before anything starts. Of several, one that fails does not stop the others; the command then ends with 1. --target all means the targets of cpex.yaml, else all that there are: what no machine can build is listed, and what lacks tools is listed with the command that installs them, which ends with 3 where cpex.yaml names the target or nothing is left to build. Words after -- go to the tool: to cargo build, to go build, or to the ninja or make behind cmake --build.';
  static override usage = 'build [FLAGS] [-- EXTRA…]';
  static override examples = [
    '<%= config.bin %> build',
    '<%= config.bin %> build --debug',
    '<%= config.bin %> build --target linux-arm64 --target windows-x64',
    '<%= config.bin %> build --target all',
    '<%= config.bin %> build --target linux-x64 --glibc 2.17',
    '<%= config.bin %> build --sanitize address',
    '<%= config.bin %> build --dry-run',
    '<%= config.bin %> build --target all --locked',
    '<%= config.bin %> build --check-reproducible',
    '<%= config.bin %> build -- --features fast',
  ];
  static override flags = { ...BUILD_FLAGS, ...releaseFlags };

  async run(): Promise<void> {
    // Taken before parsing, which leaves in argv only what it was given.
    const end = this.argv.indexOf('--');
    const extra = end === -1 ? [] : this.argv.slice(end + 1);
    const { flags } = await this.parse(Build, end === -1 ? this.argv : this.argv.slice(0, end));
    const { requireProject } = await import('../project/find.js');
    const { runBuild } = await import('./run-build.js');
    const display = await liveDisplay(flags);
    await this.work(
      flags,
      async (context) => {
        const options: BuildOptions = {
          project: await requireProject(context),
          targets: flags.target ?? [],
          ...(flags.glibc === undefined ? {} : { glibc: flags.glibc }),
          ...(flags.as === undefined ? {} : { as: flags.as }),
          ...(flags.sanitize === undefined ? {} : { sanitizer: flags.sanitize }),
          mode: flags.debug ? 'debug' : 'release',
          force: flags.force,
          verbose: flags.verbose && !flags.json,
          extra,
          dryRun: flags['dry-run'],
        };
        return runBuild(options, flags, context).finally(() => display?.stop());
      },
      display?.emit,
    );
  }
}
