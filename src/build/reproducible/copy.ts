import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import type { Project } from '../../model/manifest.js';
import { exists } from '../../support/files.js';
import { runTool } from '../../support/tools.js';

/** Time for git to list the files of a repository, in milliseconds. */
const LIST_MS = 120_000;
/** Characters of such a list to keep. */
const KEEP = 256 << 20;

/** What a build may need: files below a folder, by paths with the system's separators. */
export interface SourceTree {
  /** Absolute; the repository's where the project is part of one, since a build may reach into it. */
  readonly folder: string;
  readonly files: readonly string[];
  /** Whether git said which files belong. */
  readonly git: boolean;
}

/**
 * The files that somebody else would have: what git tracks and what it does not ignore, else
 * everything but what tools wrote. What an earlier build left is never among them.
 */
export async function sourceTree(project: Project, context: RunContext): Promise<SourceTree> {
  const folder = await repositoryOf(project.root, context);
  const listed = folder === undefined ? undefined : await gitFiles(folder, context);
  const manifest = path.relative(folder ?? '', project.file);
  // A project that the repository around it ignores stands for itself.
  if (folder !== undefined && listed?.includes(manifest)) return { folder, files: listed, git: true };
  return { folder: project.root, files: await filesBelow(project.root, ''), git: false };
}

/** Copies a tree into a folder that exists; links stay links. */
export async function copyTree(tree: SourceTree, target: string, signal: AbortSignal): Promise<void> {
  const made = new Set<string>();
  for (const file of tree.files) {
    signal.throwIfAborted();
    const from = path.join(tree.folder, file);
    const to = path.join(target, file);
    // Listed by git, deleted by the author.
    const entry = await lstat(from).catch(() => undefined);
    if (entry === undefined) continue;
    const folder = path.dirname(to);
    if (!made.has(folder)) await mkdir(folder, { recursive: true });
    made.add(folder);
    if (entry.isSymbolicLink()) await symlink(await readlink(from), to);
    else if (entry.isFile()) await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

async function repositoryOf(folder: string, context: RunContext): Promise<string | undefined> {
  const said = await git(['rev-parse', '--show-toplevel'], folder, context);
  return said === undefined || said === '' ? undefined : path.resolve(said.trimEnd());
}

async function gitFiles(folder: string, context: RunContext): Promise<string[] | undefined> {
  const [tracked, others] = await Promise.all([
    git(['ls-files', '-z', '--cached', '--recurse-submodules'], folder, context),
    git(['ls-files', '-z', '--others', '--exclude-standard'], folder, context),
  ]);
  if (tracked === undefined || others === undefined) return undefined;
  const files = new Set(split(tracked));
  for (const name of split(others)) {
    // A folder is a repository of its own that nobody has added.
    if (name.endsWith('/')) for (const file of await filesBelow(folder, name.slice(0, -1))) files.add(file);
    else if (!name.split('/').some(isGenerated)) files.add(name);
  }
  return [...files].map(path.normalize).sort();
}

async function git(args: readonly string[], cwd: string, context: RunContext): Promise<string | undefined> {
  // Inside a git hook these name another repository.
  const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, ...env } = context.env;
  const result = await runTool('git', args, { cwd, env, timeout: LIST_MS, keep: KEEP, signal: context.signal });
  return result.code === 0 ? result.stdout : undefined;
}

function split(list: string): string[] {
  return list.split('\0').filter((name) => name !== '');
}

/** Folders that tools write; cpex's own holds files that are sources, which git knows. */
function isGenerated(name: string): boolean {
  return ['.git', 'dist', 'target', 'node_modules', '.cpex'].includes(name);
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path.join(root, folder), { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isFile() || entry.isSymbolicLink()) found.push(name);
    else if (entry.isDirectory() && !(await wasGenerated(path.join(root, name)))) {
      found.push(...(await filesBelow(root, name)));
    }
  }
  return found.sort();
}

async function wasGenerated(folder: string): Promise<boolean> {
  if (isGenerated(path.basename(folder))) return true;
  // The marks of caches and of CMake's build folders.
  return (await exists(path.join(folder, 'CACHEDIR.TAG'))) || (await exists(path.join(folder, 'CMakeCache.txt')));
}
