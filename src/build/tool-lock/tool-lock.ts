import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import type { Project } from '../../model/manifest.js';
import type { TargetName } from '../../model/target.js';
import { CpexError } from '../../support/errors.js';
import { lockFile } from '../../support/file-lock.js';
import { ensureFolder, readTextIfThere, writeFileAtomic } from '../../support/files.js';
import type { BuildPlan, TargetPlan } from '../build-model.js';
import { differences } from './compare.js';
import { readToolLock, TOOL_LOCK, toolLockFile, toolLockText } from './file.js';
import type { LockEntry, ToolLock, ToolLockReport } from './model.js';
import { describeTools } from './tools.js';

/** Time to wait for another build that writes the file, in milliseconds. */
const TURN_MS = 60_000;

/**
 * Refuses a build whose tools are not those of `cpex-toolchains.lock`. Only asks tools about
 * themselves; none has worked when this throws.
 * @throws CpexError `CPEX_E_BUILD_LOCKED_TOOLS`, `CPEX_E_TOOL_LOCK_FILE`
 */
export async function requireLockedTools(project: Project, plan: BuildPlan, context: RunContext): Promise<void> {
  const lock = await readToolLock(project.root);
  const plans = thinPlans(plan.targets);
  const missing = plans.filter(({ target }) => lock?.targets[target] === undefined).map(({ target }) => target);
  if (missing.length > 0) throw noEntry(missing, lock === undefined);
  const rows: string[] = [];
  for (const one of plans) {
    const wanted = lock?.targets[one.target];
    if (wanted !== undefined) rows.push(...differences(one.target, wanted, await describeTools(project, one, context)));
  }
  if (rows.length === 0) return;
  throw new CpexError('CPEX_E_BUILD_LOCKED_TOOLS', `The tools here are not those of ${TOOL_LOCK}.`, {
    evidence: rows,
    remedy: `Install what the file names, or accept these tools: ${again('--lock', plan)}`,
  });
}

/**
 * Writes the entries of targets that were built into `cpex-toolchains.lock`; those of others stay.
 * @param built targets whose build came to a good end
 * @throws CpexError `CPEX_E_TOOL_LOCK_FILE` when what is there cannot be read
 */
export async function lockTools(
  project: Project,
  plan: BuildPlan,
  built: readonly TargetName[],
  context: RunContext,
): Promise<ToolLockReport> {
  const plans = thinPlans(plan.targets.filter(({ target }) => built.includes(target)));
  const entries: Partial<Record<TargetName, LockEntry>> = {};
  for (const one of plans) entries[one.target] = await describeTools(project, one, context);
  const file = toolLockFile(project.root);
  const targets = plans.map(({ target }) => target);
  if (targets.length === 0) return { file, changed: false, targets };
  const release = await takeTurn(project.root, context);
  try {
    const lock = await readToolLock(project.root);
    const merged: ToolLock = { v: 1, targets: { ...lock?.targets, ...entries } };
    const text = toolLockText(merged);
    const changed = (await readTextIfThere(file)) !== text;
    if (changed) await writeFileAtomic(file, text);
    return { file, changed, targets };
  } finally {
    await release();
  }
}

/** Plans of single files: one that joins others is made by cpex itself. */
function thinPlans(plans: readonly TargetPlan[]): readonly TargetPlan[] {
  const all = plans.flatMap((plan) => plan.slices ?? [plan]);
  return [...new Map(all.map((plan) => [plan.target, plan])).values()];
}

function noEntry(targets: readonly TargetName[], none: boolean): CpexError {
  const why = none ? `There is no ${TOOL_LOCK}.` : `${TOOL_LOCK} has no entry for ${targets.join(', ')}.`;
  return new CpexError('CPEX_E_BUILD_LOCKED_TOOLS', why, {
    evidence: targets.map((target) => `${target}: nothing says what builds it`),
    remedy: `Record the tools of a build that you trust, and commit the file: cpex build --lock${flags(targets)}`,
  });
}

function again(flag: string, plan: BuildPlan): string {
  return `cpex build ${flag}${flags(plan.targets.map(({ target }) => target))}`;
}

function flags(targets: readonly TargetName[]): string {
  return targets.map((target) => ` --target ${target}`).join('');
}

async function takeTurn(root: string, context: RunContext): Promise<() => Promise<void>> {
  const folder = path.join(root, '.cpex', 'build');
  await ensureFolder(folder);
  const file = path.join(folder, 'toolchains-lock.turn');
  const turn = await lockFile(file, { timeout: TURN_MS, signal: context.signal });
  if (turn.held) return turn.release;
  throw new CpexError('CPEX_E_BUILD_LOCKED', `Another build holds ${TOOL_LOCK} and does not end.`, {
    evidence: [`lock: ${file}`, ...(turn.owner === undefined ? [] : [`process: ${turn.owner}`])],
    remedy: 'End that build, or remove the lock file if there is none.',
  });
}
