import type { ServiceScript } from '../../model/script.js';
import type { Expectations } from './expectations.js';
import type { Scenario } from './scenario-types.js';

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
  /** `request` is laid over the usual one. */
  | { readonly kind: 'tool'; readonly tool: string; readonly args: unknown; readonly request: unknown }
  | { readonly kind: 'event'; readonly event: string; readonly request: unknown }
  | { readonly kind: 'method'; readonly method: string; readonly request: unknown }
  | Scenario;

/** A call to the plugin under test alone. */
export type PluginCall = Exclude<CaseCall, Scenario>;

/** One case of a case file. */
export interface Case<Call extends CaseCall = CaseCall> {
  readonly name: string;
  /** Absolute path of the file and the line of the case in it, from 1. */
  readonly file: string;
  readonly line: number;
  readonly call: Call;
  /** Configuration to register with; the manifest's `test.config` when absent. */
  readonly config?: unknown;
  readonly script: ServiceScript;
  readonly timeoutMs?: number;
  /** The call is cancelled so many milliseconds after it was made. */
  readonly cancelAfterMs?: number;
  readonly expect: Expectations;
}
