import type { RunContext } from '../../model/context.js';
import type { Engine } from '../../model/session.js';
import { hostTarget } from '../../project/targets/host.js';
import { compileProbe } from '../../runtime/probe/compile.js';
import { probeEngine } from '../../runtime/probe/engine.js';
import { chooseCompiler } from '../compilers/choose.js';
import { cacheFolder } from '../probe.js';

/** What is around the probe while it watches. */
export interface Around {
  /** Words before the probe: a tool that runs it. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The C probe for this machine in its plain form, which leaves `malloc` to the tool around it: a sanitizer's run-time
 * library that is loaded first, or valgrind. It has no record of allocations.
 */
export function plainEngine({ argv, env }: Around, context: Pick<RunContext, 'env' | 'signal'>): Engine {
  return probeEngine(async () => {
    const target = hostTarget();
    const compiler = await chooseCompiler({ target, ...context });
    const options = { target, compiler, cache: cacheFolder(context.env), ...context };
    return { argv, file: await compileProbe({ ...options, variant: 'plain' }), env, windows: false };
  });
}
