/** What must be true afterwards. Absent fields are not looked at. */
export interface Expectations {
  /** Matched as a subset; see `docs/cases.md` for the matchers. */
  readonly result?: unknown;
  readonly error?: unknown;
  /** What the plugin streamed; see `streamValue`. */
  readonly stream?: unknown;
  readonly verdict?: 'allow' | 'deny';
  readonly payloadModified?: boolean;
  /** What only a pipeline has, by the key in the file: `violation`, `changes`, `records`, … */
  readonly pipeline?: Readonly<Record<string, unknown>>;
  readonly exitCode?: number;
  readonly artifacts?: readonly unknown[];
  /** Items of a tool's result. */
  readonly content?: readonly unknown[];
  readonly isError?: boolean;
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
