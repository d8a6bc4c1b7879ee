import type { Target } from '../model/target.js';
import { compileProbe, compileStandIn } from '../runtime/probe/compile.js';
import type { ProbeProgram } from '../runtime/probe/program.js';
import { findRunner, noRunner, type RunnerSettings } from '../runtime/runner.js';
import { userCacheFolder } from '../support/user-folders.js';
import { chooseCompiler } from './compilers/choose.js';
import type { Environment } from './find-toolchain.js';

export interface ProbeWish {
  readonly env: Environment;
  readonly signal?: AbortSignal;
  readonly settings?: RunnerSettings;
}

/** cpex's folder for what it can make again. */
export function cacheFolder(env: Environment): string {
  return userCacheFolder('cpex', env);
}

/**
 * The probe for a target, compiled with the compiler that builds C plugins for it, and what runs it here. Asks for
 * the runner first: without one there is nothing to compile.
 * @throws CpexError `CPEX_E_RUNNER_*`, `CPEX_E_PROBE_BUILD`, `CPEX_E_BUILD_TOOL_*`
 */
export async function probeFor(target: Target, wish: ProbeWish): Promise<ProbeProgram> {
  const { env } = wish;
  const signal = wish.signal === undefined ? {} : { signal: wish.signal };
  const found = await findRunner(target, env, wish.settings);
  if (found.state !== 'found') throw noRunner(target.name, found);
  const { runner } = found;
  const compiler = await chooseCompiler({ target, env, ...signal });
  const options = { target, compiler, cache: cacheFolder(env), env, ...signal };
  const file = await compileProbe(options);
  if (runner.kind !== 'wine') return { file, runner };
  return { file, runner, standIn: await compileStandIn(options) };
}
