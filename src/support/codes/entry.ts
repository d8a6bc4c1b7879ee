/** Who can mend an error: the user's input, the machine, the plugin or tool, or us. */
export type ErrorKind = 'user' | 'environment' | 'child' | 'bug';

/** One row of the error catalogue. */
export interface CodeEntry {
  readonly kind: ErrorKind;
  /** Process exit code; see `docs/commands.md`. */
  readonly exit: 1 | 2 | 3 | 4 | 5 | 70 | 130;
  readonly title: string;
  /** The long form that `cpex explain` prints: why it happens and what helps. */
  readonly text: string;
}
