import type { CpexEvent } from './event.js';

/** What a service gets from the command that calls it. Nothing below reads `process` for these. */
export interface RunContext {
  /** Absolute working folder. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes events as they happen. */
  readonly emit: (event: CpexEvent) => void;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** True when questions may be asked: a terminal on both sides and no `CI`. */
  readonly interactive: boolean;
}
