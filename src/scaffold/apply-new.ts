import { mkdir, open, readFile, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../model/context.js';
import { onExit } from '../support/cleanup.js';
import { CpexError, systemCode } from '../support/errors.js';
import { exists, writeFileAtomic } from '../support/files.js';
import { gitInit } from './git.js';
import type { PlannedFile, ScaffoldPlan } from './plan-new.js';

/**
 * Carries out a plan. A failure or an abort takes back what was done: created files and folders
 * go away, replaced files have their old content again, nothing else is touched.
 */
export async function applyNew(
  plan: ScaffoldPlan,
  context: Pick<RunContext, 'env' | 'signal' | 'emit'>,
): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  const rollBack = async () => {
    for (const step of undo.splice(0).reverse()) await step().catch(() => {});
  };
  const forget = onExit(rollBack);
  try {
    await makeFolder(plan.root, undo);
    for (const file of plan.files) {
      context.signal.throwIfAborted();
      if (file.action !== 'keep') await write(file, plan.root, undo);
    }
    if (plan.gitInit) await initRepository(plan, context, undo);
    context.signal.throwIfAborted();
  } catch (error) {
    await rollBack();
    if (context.signal.aborted)
      throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted: nothing was left behind.', { cause: error });
    throw explain(error, plan.root);
  } finally {
    forget();
  }
}

type Undo = (() => Promise<unknown>)[];

/** Creates a folder and its missing parents, each with its own way back. */
async function makeFolder(folder: string, undo: Undo): Promise<void> {
  if (await exists(folder)) return;
  await makeFolder(path.dirname(folder), undo);
  await mkdir(folder);
  undo.push(() => rmdir(folder));
}

async function write(file: PlannedFile, root: string, undo: Undo): Promise<void> {
  const target = path.join(root, file.path);
  if (file.action === 'replace') {
    const before = await readFile(target);
    undo.push(() => writeFileAtomic(target, before, { mode: file.mode }));
    await writeFileAtomic(target, file.text, { mode: file.mode });
    return;
  }
  await makeFolder(path.dirname(target), undo);
  // Refuses a file that has appeared since the plan was made; only then is it ours to remove.
  const handle = await open(target, 'wx', file.mode);
  undo.push(() => rm(target, { force: true }));
  try {
    await handle.writeFile(file.text);
  } finally {
    await handle.close();
  }
}

/** A project without a repository is a good project: a failure is a warning. */
async function initRepository(plan: ScaffoldPlan, context: Pick<RunContext, 'env' | 'signal' | 'emit'>, undo: Undo) {
  const folder = path.join(plan.root, '.git');
  if (await exists(folder)) return;
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const problem = await gitInit(plan.root, context);
  if (problem === undefined) return;
  await rm(folder, { recursive: true, force: true });
  context.emit({ type: 'note', level: 'warn', text: `no git repository was made: ${problem}` });
}

const REFUSALS: Readonly<Record<string, string>> = {
  ENOENT: 'the folder does not take new entries',
  EACCES: 'you may not write there',
  EPERM: 'the system does not allow it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your quota is used up',
  EEXIST: 'it has appeared in the meantime',
  ENOTDIR: 'a file stands where a folder is needed',
  ENAMETOOLONG: 'the path is too long',
};

function explain(error: unknown, root: string): unknown {
  const code = systemCode(error);
  const reason = REFUSALS[code ?? ''];
  if (reason === undefined) return error;
  const place = (error as { path?: unknown }).path ?? root;
  return new CpexError('CPEX_E_NEW_WRITE', `The project cannot be written: ${reason}.`, {
    evidence: [`${String(place)}: ${code}`, 'nothing was left behind'],
    remedy: 'Choose another folder with --dir.',
    cause: error,
  });
}
