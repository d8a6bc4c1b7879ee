import type { Runner } from '../runner-types.js';

/** A probe that was compiled for a target, and what runs it. */
export interface ProbeProgram {
  /** Absolute path of the executable. */
  readonly file: string;
  readonly runner: Runner;
  /** For wine: absolute path of the library that stands in for `bcryptprimitives.dll` where wine has none. */
  readonly standIn?: string;
}

/** A probe whose runner has been made ready. */
export interface ReadyProbe {
  /** Words before the executable. */
  readonly argv: readonly string[];
  readonly file: string;
  /** Variables that the runner needs. */
  readonly env: Readonly<Record<string, string>>;
  /** Windows hands on no descriptors and spells paths in its own way. */
  readonly windows: boolean;
  /** It has the terminal, and is in the group of processes that this one is in: a debugger runs it. */
  readonly foreground?: true;
  /** False for a host that speaks as the probe does and has none of its experiments. */
  readonly experiments?: false;
  /** The signal that an exit status amounts to, where the host does not die of one; `said` is the end of its stderr. */
  readonly crashed?: (code: number | null, said: string) => string | undefined;
}
