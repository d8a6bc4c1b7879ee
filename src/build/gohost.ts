import type { RunContext } from '../model/context.js';
import type { Engine } from '../model/session.js';
import { compileGoHost } from '../runtime/gohost/compile.js';
import { type GoHostOptions, goEngine } from '../runtime/gohost/engine.js';
import { packageRoot } from '../support/package-root.js';
import { requireTool } from './find-toolchain.js';
import { cacheFolder } from './probe.js';

/**
 * The reference host in Go, built with the Go of this machine when it is not in the cache.
 * @returns absolute path of the executable
 * @throws CpexError `CPEX_E_BUILD_TOOL_*`, `CPEX_E_PROBE_BUILD`
 */
export async function goHostFor({ env, signal }: Pick<RunContext, 'env' | 'signal'>): Promise<string> {
  // Asked elsewhere than in the project, whose go.mod may want another Go.
  const go = await requireTool('go', { env, signal, cwd: packageRoot() });
  return compileGoHost({ go, cache: cacheFolder(env), env, signal });
}

/** The reference host in Go as an engine; it is built when the first session starts. */
export function goEngineFor(context: Pick<RunContext, 'env' | 'signal'>, options: GoHostOptions = {}): Engine {
  return goEngine(() => goHostFor(context), options);
}
