import type { TargetName } from '../../model/target.js';
import { githubWorkflow } from './github.js';
import { madeBy } from './made-by.js';
import { markedText } from './marked-text.js';
import type { WorkflowOptions } from './model.js';

/** The workflow of a new project, which is taken to lie at the top of its repository. */
export function newWorkflow(
  options: Pick<WorkflowOptions, 'language' | 'cpex'> & { readonly targets: readonly TargetName[] },
): string {
  const choice = { targets: options.targets, cross: false };
  return markedText(githubWorkflow({ ...options, cross: false, folder: '.', madeBy: madeBy(choice) }));
}
