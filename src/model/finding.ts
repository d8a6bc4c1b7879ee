/** How much a finding weighs: `fail` breaks the run, `warn` and `info` do not. */
export type Severity = 'fail' | 'warn' | 'info';

/** Id of the finding that a contract is a guess until somebody names the real one. */
export const PROVISIONAL = 'contract.provisional';

/** One thing a check has to say about an artefact or a plugin. */
export interface Finding {
  /** Stable id of the check, e.g. `elf.glibc-floor` or `env.utf8`. */
  readonly id: string;
  readonly severity: Severity;
  /** What was seen, in one sentence. */
  readonly message: string;
  /** The measured facts behind the message, one per line. */
  readonly evidence?: readonly string[];
  /** How to mend it. */
  readonly remedy?: string;
  /** The command that shows the same thing again. */
  readonly again?: string;
  /** Clause of `docs/abi.md` that the finding is about, e.g. `ABI-MEM-004`. */
  readonly clause?: string;
  /** File the finding is about, absolute or relative to the working folder. */
  readonly file?: string;
}

/** What a check is about, whatever it found: for reports that explain the findings that they list. */
export interface CheckDescription {
  readonly id: string;
  /** The usual weight. */
  readonly severity: Severity;
  /** What holds when the check finds nothing. */
  readonly title: string;
  readonly why: string;
  readonly remedy: string;
}
