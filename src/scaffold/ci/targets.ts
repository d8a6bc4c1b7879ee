import { chooseTargets } from '../../build/choose-targets.js';
import type { Project } from '../../model/manifest.js';
import type { TargetName } from '../../model/target.js';
import { TARGET_NAMES } from '../../project/targets/table.js';

/**
 * The targets of a workflow, each once and in the order of the table.
 * @throws CpexError as `chooseTargets`
 */
export function workflowTargets(project: Project, targets: readonly string[]): TargetName[] {
  const { wanted } = chooseTargets({ project, targets: targets.length === 0 ? ['all'] : targets });
  const names = new Set(wanted.map(({ target }) => target.name));
  return TARGET_NAMES.filter((name) => names.has(name));
}
