import { availableParallelism } from 'node:os';
import { TARGET_NAMES } from '../project/targets/table.js';
import type { PreparedTarget } from './plan.js';

/** Targets that are built under common locks: in one call of the tool, or one after the other. */
export interface Job {
  /** Built by a tool, each target once, in the order of the target table. */
  readonly parts: readonly PreparedTarget[];
  /** Joined from some of the parts. */
  readonly joined: readonly PreparedTarget[];
}

/** Jobs that run beside one another. More would only take memory: the tools use several cores themselves. */
const MOST = 4;

/**
 * Parts a build into jobs that can run beside one another.
 * @param together the tool takes all targets in one call, and calls beside one another would wait
 */
export function groupJobs(targets: readonly PreparedTarget[], together: boolean): Job[] {
  const joined = targets.filter(({ slices }) => slices.length > 0);
  const own = targets.filter(({ slices }) => slices.length === 0);
  const parts = inOrder([...own, ...joined.flatMap(({ slices }) => slices)]);
  if (together) return parts.length === 0 ? [] : [{ parts, joined }];
  // A target that is also a slice is built once, in the job that joins it.
  const bound = new Set(joined.flatMap(({ slices }) => slices.map(nameOf)));
  const jobs: Job[] = parts.filter((one) => !bound.has(nameOf(one))).map((one) => ({ parts: [one], joined: [] }));
  if (joined.length > 0) jobs.push({ parts: parts.filter((one) => bound.has(nameOf(one))), joined });
  return jobs;
}

/** Runs work beside one another, as much at a time as the machine has cores, and waits for all of it. */
export async function runBeside<T>(
  work: readonly (() => Promise<T>)[],
  limit = Math.min(MOST, availableParallelism()),
): Promise<PromiseSettledResult<T>[]> {
  const results: PromiseSettledResult<T>[] = [];
  const queue = [...work.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, one] = next;
      results[index] = await one().then(
        (value) => ({ status: 'fulfilled', value }) as const,
        (reason: unknown) => ({ status: 'rejected', reason }) as const,
      );
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, limit) }, worker));
  return results;
}

/** Each target once, in the order of the table: locks that are always taken in one order cannot block one another. */
function inOrder(targets: readonly PreparedTarget[]): PreparedTarget[] {
  const once = new Map(targets.map((one) => [nameOf(one), one]));
  return TARGET_NAMES.flatMap((name) => once.get(name) ?? []);
}

function nameOf({ plan }: PreparedTarget): string {
  return plan.target;
}
