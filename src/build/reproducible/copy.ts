import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import type { Project } from '../../model/manifest.js';
import { git as runGit } from '../../support/git.js';
import { hasToolMark, isToolFolder } from '../sources.js';

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
  const listed =
    folder === undefined ? undefined : await gitFiles(folder, path.relative(folder, project.root), context);
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

async function gitFiles(folder: string, top: string, context: RunContext): Promise<string[] | undefined> {
  const [tracked, others] = await Promise.all([
    git(['ls-files', '-z', '--cached', '--recurse-submodules'], folder, context),
    git(['ls-files', '-z', '--others', '--exclude-standard'], folder, context),
  ]);
  if (tracked === undefined || others === undefined) return undefined;
  const files = new Set(split(tracked));
  for (const name of split(others)) {
    // A folder is a repository of its own that nobody has added.
    if (name.endsWith('/')) for (const file of await filesBelow(folder, name.slice(0, -1))) files.add(file);
    else if (!isToolFile(name, top.split(path.sep).join('/'))) files.add(name);
  }
  return [...files].map(path.normalize).sort();
}

async function git(args: readonly string[], cwd: string, context: RunContext): Promise<string | undefined> {
  const { env, signal } = context;
  const result = await runGit(args, { cwd, env, timeout: LIST_MS, keep: KEEP, signal });
  return result.code === 0 ? result.stdout : undefined;
}

function split(list: string): string[] {
  return list.split('\0').filter((name) => name !== '');
}

/** Whether a file of a repository lies in a folder that tools write; `top` is the project's, both with forward slashes. */
function isToolFile(file: string, top: string): boolean {
  const folders = file.split('/').slice(0, -1);
  return folders.some((name, index) => {
    const parent = folders.slice(0, index).join('/');
    return isGenerated(name, parent === top ? '' : parent);
  });
}

/** As where sources are hashed; of hidden folders, git's own and that of cpex, whose sources git knows. */
function isGenerated(name: string, parent: string): boolean {
  return name === '.git' || name === '.cpex' || isToolFolder(name, parent);
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true });
  if (folder !== '' && hasToolMark(entries.map(({ name }) => name))) return [];
  const found: string[] = [];
  for (const entry of entries) {
    const name = path.join(folder, entry.name);
    if (entry.isFile() || entry.isSymbolicLink()) found.push(name);
    else if (entry.isDirectory() && !isGenerated(entry.name, folder)) found.push(...(await filesBelow(root, name)));
  }
  return found.sort();
}
