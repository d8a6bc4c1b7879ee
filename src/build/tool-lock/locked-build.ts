import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import type { BuildOptions, BuildResult } from '../build-model.js';
import { buildProject } from '../service.js';
import { readToolLock } from './file.js';
import type { ToolLockReport } from './model.js';
import { lockTools, requireLockedTools } from './tool-lock.js';

/** `write` records the tools of what was built, `require` refuses others. */
export type ToolLockUse = 'write' | 'require';

export interface LockedBuildResult extends BuildResult {
  readonly toolLock?: ToolLockReport;
}

/**
 * As {@link buildProject}, with `cpex-toolchains.lock`: the tools are compared before one of them
 * works, and recorded after the build for the targets that came to a good end.
 * @throws CpexError also `CPEX_E_BUILD_LOCKED_TOOLS`, `CPEX_E_TOOL_LOCK_FILE`
 */
export async function buildWithLock(
  options: BuildOptions,
  use: ToolLockUse,
  context: RunContext,
): Promise<LockedBuildResult> {
  const { project } = options;
  // One that cannot be read is no news to hear after the build.
  if (use === 'write') await readToolLock(project.root);
  if (use === 'require') {
    const { plan } = await buildProject({ ...options, dryRun: true }, context);
    await requireLockedTools(project, plan, context);
  }
  const result = await buildProject(options, context);
  if (use !== 'write' || options.dryRun) return result;
  const built = result.artefacts.map(({ target }) => target);
  const toolLock = await lockTools(project, result.plan, built, context);
  if (toolLock.changed) {
    const file = path.basename(toolLock.file);
    const text = `Recorded the tools of ${toolLock.targets.join(', ')} in ${file}; commit it.`;
    context.emit({ type: 'note', level: 'info', text });
  }
  return { ...result, toolLock };
}
