import { compare, inc, major, parse } from 'semver';
import type { ChangeKind } from './changes.js';

export type Bump = 'major' | 'minor' | 'patch' | 'none';

/**
 * The step of the version that changes of these kinds owe by semantic versioning. Before 1.0.0 a breaking change owes the
 * second number, and everything else the third.
 */
export function owedBump(kinds: readonly ChangeKind[], before: string): Bump {
  if (kinds.length === 0) return 'none';
  const early = parse(before) !== null && major(before) === 0;
  if (kinds.includes('breaking')) return early ? 'minor' : 'major';
  return kinds.includes('addition') && !early ? 'minor' : 'patch';
}

/** What is wrong with the newer version; undefined when it pays what is owed. Versions that are none owe nothing. */
export function versionProblem(before: string, after: string, owed: Bump): string | undefined {
  if (parse(before) === null || parse(after) === null) return undefined;
  if (compare(after, before) < 0) return `The version goes back from ${before} to ${after}.`;
  if (owed === 'none') return undefined;
  const lowest = inc(before, owed) as string;
  if (compare(after, lowest) >= 0) return undefined;
  const step = owed === 'patch' ? 'a patch' : `a ${owed} step`;
  const is = after === before ? `it is still ${after}` : `it is ${after}`;
  return `The changes since ${before} owe ${step}, so ${lowest} at least; ${is}.`;
}
