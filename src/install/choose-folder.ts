import path from 'node:path';
import type { RunContext } from '../model/context.js';
import type { FileLayout } from '../model/profile.js';

export interface FolderChoice {
  /** Folder, relative to the working folder. */
  readonly to?: string | undefined;
  /** The folder `.cpex/plugins` of the project that one stands in; comes before `to`. */
  readonly project: boolean;
}

/** The absolute path of the plugins folder that was meant; it may not exist yet. */
export async function chooseFolder(
  choice: FolderChoice,
  layout: FileLayout,
  context: Pick<RunContext, 'cwd' | 'env' | 'emit'>,
): Promise<string> {
  if (choice.project) {
    const { requireProject } = await import('../project/find.js');
    const { root } = await requireProject(context);
    return path.join(root, '.cpex', 'plugins');
  }
  return path.resolve(context.cwd, choice.to ?? layout.defaultFolder(context.env));
}
