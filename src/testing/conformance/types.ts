import type { Finding, Severity } from '../../model/finding.js';
import type { Ending, Transport } from '../../model/session.js';
import type { Subject } from '../subject.js';

/**
 * Engines that can judge a test: K is the Node child, P the C probe, S the file alone, A a sanitizer's build,
 * V valgrind, X a runner for another target, G the reference host in Go, T the plugin's own process.
 */
export type EngineLetter = 'K' | 'P' | 'S' | 'A' | 'V' | 'X' | 'G' | 'T';

/** What a test found, and how its child ended where that decides the verdict. */
export interface TestOutcome {
  readonly findings: readonly Finding[];
  readonly ending?: Ending;
  /** Why nothing can be said: a pass has to be proven. Counts only where nothing was found. */
  readonly unproven?: string;
}

/** One row of the catalogue. */
export interface ConformanceTest {
  readonly id: string;
  readonly level: number;
  /** What a good plugin does, as a sentence. */
  readonly title: string;
  /** What a broken one does. */
  readonly catches: string;
  /** How the host sees it. */
  readonly detect: string;
  readonly engines: readonly EngineLetter[];
  readonly severity: Severity;
  /** Names of the host profiles that it is for; all of them when absent. */
  readonly hosts?: readonly string[];
  /** Transports that it can judge over; `native` alone when absent. */
  readonly transports?: readonly Transport[];
  /** So cheap that it runs at every level. */
  readonly inPassing?: true;
  /** It judges how a plugin ends; where that fails, other tests kill the plugin in place of waiting. */
  readonly judgesEnd?: true;
  /** Runs only when `--only` names it in full: it takes tools and time that nobody expects. */
  readonly optIn?: true;
  /** Clause of docs/abi.md, or of the page of its host. */
  readonly clause: string;
  /** Tests that must have passed for this one to mean anything. */
  readonly needs?: readonly string[];
  /** Milliseconds that it usually takes at most with a C plugin; what `--list` tells. */
  readonly budgetMs: number;
  readonly run: (subject: Subject) => Promise<TestOutcome>;
}
