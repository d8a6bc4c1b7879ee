import type { BuildOptions } from '../build/build-model.js';
import type { RunContext } from '../model/context.js';
import type { Outcome } from './base.js';

/** The flags of `build` that decide what is done and shown beside the build itself. */
export interface BuildFlags {
  readonly explain: boolean;
  readonly verbose: boolean;
  readonly lock: boolean;
  readonly locked: boolean;
  readonly 'check-reproducible': boolean;
}

/** Builds, with the tools compared or recorded where asked; or compares two builds. */
export async function runBuild(options: BuildOptions, flags: BuildFlags, context: RunContext): Promise<Outcome> {
  const { renderBuild, renderBuildPlan, renderFailures } = await import('../report/build-text.js');
  const use = flags.lock ? 'write' : flags.locked ? 'require' : undefined;
  if (flags['check-reproducible']) {
    const { checkReproducible } = await import('../build/reproducible/check.js');
    const { renderReproducible } = await import('../report/reproducible-text.js');
    const result = await checkReproducible(options, use === 'require', context);
    const problems = () => renderFailures(result);
    return { value: result, text: () => renderReproducible(result), problems, exit: result.ok ? 0 : 1 };
  }
  const result =
    use === undefined
      ? await (await import('../build/service.js')).buildProject(options, context)
      : await (await import('../build/tool-lock/locked-build.js')).buildWithLock(options, use, context);
  const view = { cwd: context.cwd, width: process.stdout.columns, ...flags };
  const text = () => (options.dryRun ? renderBuildPlan(result, context.cwd) : renderBuild(result, view));
  return { value: result, text, problems: () => renderFailures(result), exit: result.exit };
}
