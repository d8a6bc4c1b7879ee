import type { RunContext } from '../model/context.js';
import { wantsRepository } from '../project/contract-data.js';
import { placeholderRepository } from '../project/repository.js';
import { remoteAddress } from './git.js';

/**
 * The `repository:` of a new project: what was said, else the remote of the repository around it, else a
 * placeholder, so that the plugin registers from the start. Undefined where the host does not ask for one.
 */
export async function repositoryFor(
  given: string | undefined,
  project: { readonly id: string; readonly host: string; readonly root: string },
  context: Pick<RunContext, 'env' | 'signal'>,
): Promise<string | undefined> {
  if (given !== undefined || !wantsRepository(project.host)) return given;
  const remote = await remoteAddress(project.root, context);
  return remote ?? placeholderRepository(project.id);
}
