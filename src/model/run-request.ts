import type { Finding } from './finding.js';

/** What `cpex run` was given beside its words. Absent parts are filled from the contract's samples. */
export interface RunInput {
  readonly data?: unknown;
  readonly extensions?: unknown;
  readonly context?: unknown;
  /** Phase of an event: `before` or `after`. */
  readonly phase?: string;
  /** Absolute path of the file or folder that a step gets as its workspace. */
  readonly archive?: string;
  /** Environment that a command may see. */
  readonly env: Readonly<Record<string, string>>;
}

/** What the words come to: a call, or a help text that was asked for. */
export type RunRequest =
  | {
      readonly kind: 'call';
      readonly method: string;
      readonly request: unknown;
      /** How to show the answer: as it is, as a verdict, or as the output of a command. Pieces of a stream come before it. */
      readonly form: 'result' | 'hook' | 'command' | 'step' | 'event' | 'tool';
      /** Milliseconds that the plugin itself sets for the call. */
      readonly deadlineMs?: number;
      readonly findings: readonly Finding[];
      /** Throws a CpexError where what the user wrote does not fit what the plugin declared; to be asked before the call. */
      readonly check?: () => Promise<void>;
    }
  | { readonly kind: 'help'; readonly text: string };
