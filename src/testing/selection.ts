import type { Manifest } from '../model/manifest.js';
import { NOT_SELECTED } from '../report/reporters/reporter.js';
import { CpexError } from '../support/errors.js';
import { didYouMean } from '../support/suggest.js';
import type { ConformanceTest } from './conformance/types.js';

/** Which tests of a run are wanted. */
export interface Selection {
  /** Ids or groups such as `env.*`; everything when empty. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** Highest level of conformance tests. */
  readonly level: number;
}

/** Says for a test id why it is not run, or undefined when it is. */
export type SkipReason = (
  id: string,
  test?: Pick<ConformanceTest, 'level' | 'inPassing' | 'optIn'>,
) => string | undefined;

/** Combines the flags with the reasons that the manifest keeps. */
export function skipReasons(selection: Selection, manifest: Manifest | undefined): SkipReason {
  const wanted = matcher(selection.only);
  const skip = selection.skip.map(toPattern);
  const kept = Object.entries(manifest?.test?.skip ?? {}).map(([word, reason]) => ({
    pattern: toPattern(word),
    reason,
  }));
  return (id, test) => {
    if (!wanted(id)) return NOT_SELECTED;
    if (skip.some((pattern) => pattern.test(id))) return 'skipped by --skip';
    const reason = kept.find(({ pattern }) => pattern.test(id))?.reason;
    if (reason !== undefined) return `skipped in cpex.yaml: ${reason}`;
    if (test?.optIn && !selection.only.includes(id)) return `only when it is asked for: --only ${id}`;
    if (test === undefined || test.inPassing || test.level <= selection.level) return undefined;
    return `above --level ${selection.level}`;
  };
}

/** Refuses words of --only and --skip that match no test, so that a typo cannot hide one. */
export function checkSelection(selection: Pick<Selection, 'only' | 'skip'>, ids: readonly string[]): void {
  for (const word of [...selection.only, ...selection.skip]) {
    if (ids.some((id) => toPattern(word).test(id))) continue;
    throw new CpexError('CPEX_E_TEST_UNKNOWN_ID', `No test matches "${word}".${didYouMean(word, ids)}`, {
      remedy: 'cpex test --list prints the ids.',
    });
  }
}

/** Says of ids whether one of the words selects them; all are selected when there are none. */
export function matcher(words: readonly string[]): (id: string) => boolean {
  const patterns = words.map(toPattern);
  return (id) => patterns.length === 0 || patterns.some((pattern) => pattern.test(id));
}

/** `*` stands for anything; the name of a case may be given without its `case:`. */
function toPattern(word: string): RegExp {
  const escaped = word.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^(case:)?${escaped}$`, 'u');
}
