import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../model/context.js';
import type { Plan, PlanStep } from '../model/plan.js';
import { CpexError, systemCode } from '../support/errors.js';
import { readTextIfThere } from '../support/files.js';
import { packageVersion } from '../support/package-root.js';
import type { NewAnswers, NewOptions } from './answers.js';
import { gitState } from './git.js';
import { type ProjectFile, projectFiles } from './project-files.js';
import { contentHash, RECORD_FILE, readRecord, type ScaffoldRecord } from './record.js';

/** What `cpex new` is about to do, contents included. */
export interface ScaffoldPlan extends Plan {
  readonly answers: NewAnswers;
  readonly root: string;
  readonly files: readonly PlannedFile[];
  /** Whether `git init` is run at the end. */
  readonly gitInit: boolean;
  /** Project path of the file with the author's code. */
  readonly logicFile: string;
}

export interface PlannedFile extends ProjectFile {
  readonly action: 'create' | 'replace' | 'keep';
  /** Why it is kept: it says the same already, or somebody edited it. */
  readonly kept?: 'same' | 'edited';
}

/**
 * Works out what a new project consists of and what is in its way. Writes nothing.
 * @throws CPEX_E_NEW_EXISTS, CPEX_E_NEW_BLOCKED
 */
export async function planNew(
  answers: NewAnswers,
  options: NewOptions,
  context: Pick<RunContext, 'env' | 'signal'>,
): Promise<ScaffoldPlan> {
  const { root } = answers;
  const { files, logicFile } = projectFiles(answers, packageVersion());
  await refuseBlocked(root, files);
  const record = await readRecord(root);
  const planned: PlannedFile[] = [];
  for (const file of files) planned.push(await planFile(file, root, record, options));
  const present = planned.filter((file) => file.action !== 'create');
  if (present.length > 0 && !options.force && !options.overwrite) throw existsError(root, present);
  const git = answers.git ? await gitState(root, context) : 'unwanted';
  const gitInit = git === 'free';
  const note: PlanStep[] =
    git === 'missing' ? [{ kind: 'note', text: 'git is not installed: no repository is made' }] : [];
  return {
    title: `new plugin ${answers.id}`,
    answers,
    root,
    files: planned,
    gitInit,
    logicFile,
    steps: [
      ...planned.map((file) => writeStep(file, root)),
      ...(gitInit ? [{ kind: 'run' as const, command: ['git', 'init'], cwd: root }] : []),
      ...note,
    ],
  };
}

function writeStep(file: PlannedFile, root: string): PlanStep {
  return {
    kind: 'write',
    path: path.join(root, file.path),
    action: file.action,
    size: Buffer.byteLength(file.text),
  };
}

async function planFile(
  file: ProjectFile,
  root: string,
  record: ScaffoldRecord | undefined,
  options: NewOptions,
): Promise<PlannedFile> {
  const present = await readTextIfThere(path.join(root, file.path));
  if (present === undefined) return { ...file, action: 'create' };
  const hash = contentHash(present);
  if (hash === contentHash(file.text)) return { ...file, action: 'keep', kept: 'same' };
  const ours = file.path === RECORD_FILE ? record !== undefined : record?.files[file.path] === hash;
  if (ours || options.overwrite) return { ...file, action: 'replace' };
  return { ...file, action: 'keep', kept: 'edited' };
}

/** Finds what stands where a folder or a file must go, before anything is written. */
async function refuseBlocked(root: string, files: readonly ProjectFile[]): Promise<void> {
  const folders = new Set([root]);
  for (const file of files) {
    for (let parent = path.posix.dirname(file.path); parent !== '.'; parent = path.posix.dirname(parent)) {
      folders.add(path.join(root, parent));
    }
  }
  for (const folder of folders) await refuseUnless(folder, 'folder', folder === root);
  for (const file of files) await refuseUnless(path.join(root, file.path), 'file');
}

/** Links inside the project are not followed; the project itself may be reached through one. */
async function refuseUnless(name: string, wanted: 'file' | 'folder', follow = false): Promise<void> {
  let found: string;
  try {
    const entry = await (follow ? stat : lstat)(name);
    if (wanted === 'folder' ? entry.isDirectory() : entry.isFile()) return;
    found = entry.isDirectory() ? 'a folder' : entry.isSymbolicLink() ? 'a symbolic link' : 'something else';
    if (entry.isFile()) found = 'a file';
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return;
    throw error;
  }
  throw new CpexError('CPEX_E_NEW_BLOCKED', `${name} is in the way.`, {
    evidence: [`expected a ${wanted} or nothing, found ${found}`],
    remedy: 'Move it away or choose another folder with --dir.',
  });
}

function existsError(root: string, present: readonly PlannedFile[]): CpexError {
  const shown = present.slice(0, 10).map((file) => file.path);
  const more = present.length - shown.length;
  return new CpexError('CPEX_E_NEW_EXISTS', `${root} has files already that a new project would bring.`, {
    evidence: [...shown, ...(more > 0 ? [`and ${more} more`] : [])],
    remedy: 'Choose another folder with --dir, or add what is missing with --force, which keeps edited files.',
  });
}
