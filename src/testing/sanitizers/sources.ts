import { chooseCompiler } from '../../build/compilers/choose.js';
import { findRuntime } from '../../build/sanitize/runtime-library.js';
import type { Sanitizer } from '../../build/sanitize/sanitizer.js';
import { ensureBuilt, ensureInstrumented } from '../../build/service.js';
import type { RunContext } from '../../model/context.js';
import type { Project } from '../../model/manifest.js';
import { hostTarget } from '../../project/targets/host.js';

/** The project behind a plugin under test, for the tests that build it in another way. */
export interface Sources {
  readonly project: Project;
  readonly context: RunContext;
}

/** The library instrumented with a sanitizer. */
export async function instrumented({ project, context }: Sources, sanitizer: Sanitizer): Promise<string> {
  return (await ensureInstrumented(project, sanitizer, context)).file;
}

/** The library with debug information. */
export async function withLines({ project, context }: Sources): Promise<string> {
  return (await ensureBuilt(project, { mode: 'debug' }, context)).file;
}

/** The run-time library of a sanitizer that belongs to the compiler of this machine; undefined where it has none. */
export async function ownRuntime(
  sanitizer: Sanitizer,
  context: Pick<RunContext, 'env' | 'signal'>,
): Promise<string | undefined> {
  const compiler = await chooseCompiler({ target: hostTarget(), ...context });
  return findRuntime({ compiler, sanitizer, ...context });
}
