import type { ArtefactKind, Language, Target } from '../../model/target.js';
import { LANGUAGE_NAMES } from '../../model/target.js';
import { hostTarget } from '../../project/targets/host.js';
import { CpexError } from '../../support/errors.js';

/** What a build can be made to watch at run time. */
export const SANITIZERS = ['address', 'undefined', 'thread'] as const;
export type Sanitizer = (typeof SANITIZERS)[number];

/** What each one's folders are called: `dist/linux-x64-asan`. */
const TAGS: Readonly<Record<Sanitizer, string>> = { address: 'asan', undefined: 'ubsan', thread: 'tsan' };

/** The part of a folder's name that keeps such builds away from all others. */
export function sanitizerTag(sanitizer: Sanitizer): string {
  return TAGS[sanitizer];
}

/** Pairs that no machine can make, and why. */
const IMPOSSIBLE: Readonly<Partial<Record<Language, Partial<Record<Sanitizer, readonly [string, string]>>>>> = {
  go: {
    undefined: ['Go has no undefined behaviour to watch, and its compiler no such mode.', 'Use --sanitize address.'],
    thread: [
      'A library built with -race cannot be loaded into a running process: its shadow memory has to be laid out at the start.',
      "Run the project's tests under the race detector: go test -race ./..., or cpex test --native.",
    ],
  },
  rust: {
    undefined: [
      'rustc has no such sanitizer.',
      'Use --sanitize address; cargo miri finds undefined behaviour in unsafe code.',
    ],
  },
};

/**
 * Refuses what cannot be: other machines' targets, whose run-time libraries are not here, and sanitizers that a
 * language does not have. Starts nothing.
 * @throws CpexError `CPEX_E_BUILD_SANITIZE`
 */
export function requirePossible(sanitizer: Sanitizer, language: Language, target: Target, kind: ArtefactKind): void {
  const refused = (reason: string, remedy: string) =>
    new CpexError(
      'CPEX_E_BUILD_SANITIZE',
      `${LANGUAGE_NAMES[language]} is not built with --sanitize ${sanitizer} here.`,
      {
        evidence: [reason],
        remedy,
      },
    );
  if (kind === 'executable') {
    throw refused(
      'cpex instruments libraries only.',
      'Give the flags to the tool itself, after -- or as build: {flags: …} in cpex.yaml; an executable brings its run-time library along.',
    );
  }
  if (target.name !== hostTarget().name || target.os === 'windows') {
    throw refused(
      `A build with a sanitizer is for the machine itself, which is ${hostTarget().name}, and for no Windows.`,
      'Leave --target away, or build without --sanitize.',
    );
  }
  const impossible = IMPOSSIBLE[language]?.[sanitizer];
  if (impossible !== undefined) throw refused(...impossible);
}
