import type { Finding } from '../../model/finding.js';
import type { Ending, ServiceReply } from '../../model/session.js';

/** The fuzzers, in the order in which `cpex fuzz` takes turns. */
export const FUZZERS = ['bytes', 'struct', 'seq', 'host'] as const;
export type Fuzzer = (typeof FUZZERS)[number];

/** One thing that is done to a plugin. */
export type Step =
  /** The registration call with the configuration under test; `again` for the one of a later change. */
  | { readonly do: 'register'; readonly again?: true }
  | { readonly do: 'call'; readonly method: string; readonly body: Uint8Array }
  | { readonly do: 'init' }
  | { readonly do: 'shutdown' };

/** All that it takes to see a failure again in a fresh process. */
export interface FuzzCase {
  readonly steps: readonly Step[];
  /**
   * What the host answers, in order, to the requests that the plugin makes after the first step; `null`, and what lies
   * beyond the end, is as usual.
   */
  readonly answers?: readonly (ServiceReply | null)[];
}

/** What went wrong: the process ended, or an answer broke a rule. */
export type Seen =
  | { readonly kind: 'died'; readonly ending: Exclude<Ending, { kind: 'clean' }> }
  | { readonly kind: 'answer'; readonly step: number; readonly findings: readonly Finding[] };

/** A failure that a fuzzer has met. */
export interface Found {
  readonly fuzzer: Fuzzer;
  readonly case: FuzzCase;
  readonly seen: Seen;
  /** Where in the run it was met: `round 5123 of seed 7`, or fast-check's seed and path. */
  readonly origin: string;
  /** Whether a fresh process did the same again. */
  readonly confirmed: boolean;
}

/** What a fuzzer is to do. */
export interface FuzzOptions {
  readonly seed: number;
  /** Milliseconds that it may take; it stops at the first failure. */
  readonly ms: number;
  /** Rounds or sequences that it makes however long they take: a busy machine must not hide what a seed finds. */
  readonly least?: number;
  /** Only this method; all that the plugin serves when absent. */
  readonly method?: string;
  /** More bodies to begin with, by method. */
  readonly corpus?: ReadonlyMap<string, readonly Uint8Array[]>;
  /** Told how many calls were made since it was last told. */
  readonly onCalls?: (calls: number) => void;
}

/** What a fuzzer has done. */
export interface FuzzRun {
  readonly calls: number;
  readonly found?: Found;
  /** Why nothing can be said. */
  readonly unproven?: string;
}

/** Two failures with the same words are taken for one; frames tell crashes apart where they are known. */
export function likeness({ kind, ...seen }: Seen): string {
  if (kind === 'answer') return (seen as { findings: readonly Finding[] }).findings[0]?.id ?? 'answer';
  const { ending } = seen as { ending: Ending };
  switch (ending.kind) {
    case 'crash':
      return `crash ${ending.signal}`;
    case 'exit':
      return `exit ${ending.code}`;
    default:
      return ending.kind;
  }
}
