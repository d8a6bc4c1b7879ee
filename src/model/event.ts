import type { Finding } from './finding.js';
import type { ServiceEvent } from './profile.js';
import type { TraceRecord } from './session.js';
import type { TargetName } from './target.js';

/** Version of the event stream; `schemas/event.json` describes it. */
export const EVENT_VERSION = 1;

/** Everything a command reports while it works. Renderers turn the same events into every output format. */
export type CpexEvent =
  | { readonly type: 'config'; readonly file: string }
  | {
      readonly type: 'note';
      readonly level: 'info' | 'warn';
      readonly text: string;
      /** The task that it is about; a display shows it there. */
      readonly task?: string;
    }
  /** The tasks that are about to come, in order; a display can show them from the start. */
  | { readonly type: 'task.plan'; readonly tasks: readonly { readonly id: string; readonly title: string }[] }
  | { readonly type: 'task.start'; readonly id: string; readonly title: string }
  | { readonly type: 'task.line'; readonly id: string; readonly stream: 'stdout' | 'stderr'; readonly line: string }
  | {
      readonly type: 'task.end';
      readonly id: string;
      readonly title: string;
      readonly outcome: 'done' | 'failed' | 'skipped';
      readonly durationMs: number;
      /** Why it was skipped or failed. */
      readonly reason?: string;
    }
  | {
      readonly type: 'artefact';
      readonly target: TargetName;
      readonly file: string;
      readonly sha256: string;
      readonly size: number;
    }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'suite.start'; readonly suite: string; readonly tests: number }
  | { readonly type: 'test.start'; readonly suite: string; readonly id: string; readonly title: string }
  | { readonly type: 'test.end'; readonly result: TestResult }
  | { readonly type: 'suite.end'; readonly suite: string; readonly summary: TestSummary }
  | {
      readonly type: 'trace';
      readonly record: TraceRecord;
      /** Of a test: its id, and the number of the process among those that it starts. */
      readonly test?: string;
      readonly session?: number;
    }
  | { readonly type: 'service'; readonly event: ServiceEvent }
  /** One line that a plugin printed by itself, without its end. */
  | { readonly type: 'plugin.output'; readonly stream: 'stdout' | 'stderr'; readonly text: string };

/** Outcome of one test; `docs/cases.md` says what each means. */
export type Verdict = 'pass' | 'fail' | 'crash' | 'hang' | 'warn' | 'skip' | 'harness-fault' | 'flaky';

export interface TestResult {
  /** `conformance`, `cases`, `native` or `audit`; in a self-test what kind of plugin was judged. */
  readonly suite: string;
  /** Level of a conformance test. */
  readonly level?: number;
  /** Stable id, e.g. `env.utf8`, or the case's file and name. */
  readonly id: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly durationMs: number;
  /** Why it did not pass, or why it was skipped. */
  readonly findings: readonly Finding[];
  readonly reason?: string;
  /** Source file of a case, for editors and annotations. */
  readonly file?: string;
  readonly line?: number;
  /** Codecs that a case ran in; absent where it ran in one. */
  readonly codecs?: readonly string[];
}

export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly warned: number;
  readonly skipped: number;
}

/** Everything that a run of the tests came to. */
export interface TestReport {
  /** Absolute paths of the artefacts that were tested. */
  readonly artefacts: readonly string[];
  /** Host profile by whose rules they were judged. */
  readonly profile: string;
  /** Highest level of conformance tests that was asked for. */
  readonly level: number;
  /** Where every random choice came from. */
  readonly seed: number;
  /** Those that nothing on this machine can run, so that only the files were judged, and why. */
  readonly notRun?: readonly { readonly artefact: string; readonly target: TargetName; readonly reason: string }[];
  /** Those that another program than the machine itself ran, and its name. */
  readonly ranUnder?: readonly { readonly artefact: string; readonly target: TargetName; readonly program: string }[];
  /** What no test from outside can show. */
  readonly cannotClaim?: readonly string[];
  readonly results: readonly TestResult[];
  readonly summary: TestSummary;
  readonly durationMs: number;
  /** Good as a whole: nothing failed, and something ran. */
  readonly ok: boolean;
  /** Why the run fails although no test did, e.g. that nothing ran. */
  readonly reason?: string;
}
