import path from 'node:path';
import type { RunContext } from '../model/context.js';
import type { TargetName } from '../model/target.js';
import { TARGET_NAMES } from '../project/targets/table.js';
import { CpexError } from '../support/errors.js';
import { lockFile } from '../support/file-lock.js';
import { ensureFolder } from '../support/files.js';
import type { TargetPlan } from './build-model.js';

/** Time to wait for another build of the same target, in milliseconds. */
const LOCK_MS = 15 * 60_000;

/**
 * Takes the locks of several targets, always in the order of the target table, so that two builds
 * that share some of them cannot wait for one another.
 * @param taskOf the task that waits, by target
 * @returns what gives them back
 * @throws CpexError `CPEX_E_BUILD_LOCKED`, `CPEX_E_INTERRUPTED`
 */
export async function lockTargets(
  plans: readonly TargetPlan[],
  taskOf: (target: TargetName) => string,
  context: RunContext,
): Promise<() => Promise<void>> {
  const rank = ({ target }: TargetPlan) => TARGET_NAMES.indexOf(target);
  const held: (() => Promise<void>)[] = [];
  const release = async () => {
    for (const one of held.reverse()) await one();
  };
  try {
    for (const plan of [...plans].sort((a, b) => rank(a) - rank(b))) {
      held.push(await lockTarget(plan, taskOf(plan.target), context));
    }
    return release;
  } catch (error) {
    await release();
    throw error;
  }
}

async function lockTarget(plan: TargetPlan, task: string, context: RunContext): Promise<() => Promise<void>> {
  await ensureFolder(plan.folder);
  const file = path.join(plan.folder, 'lock');
  const lock = await lockFile(file, {
    timeout: LOCK_MS,
    signal: context.signal,
    onWait: (owner) =>
      context.emit({
        type: 'note',
        level: 'info',
        text: `Waiting for another build of ${plan.target}${owner === undefined ? '' : ` (process ${owner})`}.`,
        task,
      }),
  });
  if (lock.held) return lock.release;
  throw new CpexError('CPEX_E_BUILD_LOCKED', `Another build of ${plan.target} does not end.`, {
    evidence: [`lock: ${file}`, ...(lock.owner === undefined ? [] : [`process: ${lock.owner}`])],
    remedy: 'End that build, or remove the lock file if there is none.',
  });
}

/** Id of a target's task in the event stream. */
export function taskId(plan: Pick<TargetPlan, 'target'>): string {
  return `build:${plan.target}`;
}
