import path from 'node:path';
import { exists } from './files.js';
import { runTool, type ToolOptions, type ToolResult } from './tools.js';

/** Runs git in a folder, and whatever repository that belongs to. */
export function git(args: readonly string[], options: ToolOptions & { readonly cwd: string }): Promise<ToolResult> {
  // Inside a git hook these name another repository.
  const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, ...env } = options.env ?? process.env;
  return runTool('git', args, { ...options, env });
}

/**
 * The top of the repository that a folder stands in, which need not exist yet; undefined for none. Asked of the
 * disk, not of git, which does not answer for folders of other owners.
 */
export async function repositoryTop(folder: string): Promise<string | undefined> {
  for (let above = folder; ; above = path.dirname(above)) {
    if (await exists(path.join(above, '.git'))) return above;
    if (path.dirname(above) === above) return undefined;
  }
}
