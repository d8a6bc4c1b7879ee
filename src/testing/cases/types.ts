import type { ServiceScript } from '../../model/profile.js';

/** One call to make, as a case file names it. */
export type CaseCall =
  | {
      readonly kind: 'hook';
      readonly hook: string;
      /** Undefined for the sample of the contract. */
      readonly payload: unknown;
      readonly extensions: unknown;
      readonly context: unknown;
    }
  | { readonly kind: 'command'; readonly verbs: readonly string[]; readonly args: unknown; readonly env: unknown }
  /** `request` is laid over the usual one. */
  | {
      readonly kind: 'step';
      readonly runner: string;
      readonly args: unknown;
      readonly env: unknown;
      readonly request: unknown;
    }
  | { readonly kind: 'event'; readonly event: string; readonly request: unknown }
  | { readonly kind: 'method'; readonly method: string; readonly request: unknown };

/** What must be true afterwards. Absent fields are not looked at. */
export interface Expectations {
  /** Matched as a subset; see `docs/cases.md` for the matchers. */
  readonly result?: unknown;
  readonly error?: unknown;
  /** What the plugin streamed; see `streamValue`. */
  readonly stream?: unknown;
  readonly verdict?: 'allow' | 'deny';
  readonly payloadModified?: boolean;
  readonly exitCode?: number;
  readonly artifacts?: readonly unknown[];
  readonly outcome?: 'continue' | 'abort';
  readonly stdout?: unknown;
  readonly stderr?: unknown;
  /** Each must be found, in this order; others may lie between. */
  readonly logs?: readonly unknown[];
  readonly events?: readonly unknown[];
  readonly calls?: readonly unknown[];
  /** Upper bound in milliseconds of the call itself. */
  readonly withinMs?: number;
  /** Compare the whole result with the recorded one. */
  readonly snapshot?: boolean;
}

/** One case of a case file. */
export interface Case {
  readonly name: string;
  /** Absolute path of the file and the line of the case in it, from 1. */
  readonly file: string;
  readonly line: number;
  readonly call: CaseCall;
  /** Configuration to register with; the manifest's `test.config` when absent. */
  readonly config?: unknown;
  readonly script: ServiceScript;
  readonly timeoutMs?: number;
  readonly expect: Expectations;
}
