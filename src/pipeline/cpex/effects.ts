/** How a plugin takes part in a run; decides what it may do. */
export type Mode = 'sequential' | 'transform' | 'audit' | 'concurrent' | 'fire_and_forget';

/** The phases in the order in which they run. A plugin whose mode is `disabled` is in none. */
export const PHASES: readonly Mode[] = ['sequential', 'transform', 'audit', 'concurrent', 'fire_and_forget'];

/** What a configuration wants to happen when a plugin fails. */
export const ON_ERROR = ['fail', 'ignore', 'disable'] as const;
export type OnError = (typeof ON_ERROR)[number];

/**
 * How one call of a plugin came out, as the host sees it. `deny_bare` is a deny without a violation, `error` an error
 * envelope, an unreadable answer or a changed payload that does not fit its hook, `panic` a caught panic or the death
 * of the plugin's process.
 */
export const OUTCOMES = ['allow', 'modify', 'deny', 'deny_bare', 'error', 'timeout', 'panic'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Codes of violations that the host writes itself. */
export type HostViolationCode =
  | 'plugin_error'
  | 'plugin_timeout'
  | 'plugin_panic'
  | 'sequential_deny'
  | 'concurrent_deny';

/** What a run does with one outcome. */
export interface Effect {
  /** `deny` ends the run and is its verdict. */
  readonly verdict: 'continue' | 'deny';
  /** The violation of a deny: the plugin's own, or one that the host writes under this code. */
  readonly violation?: 'own' | HostViolationCode;
  /** Whether changes of payload and extensions hold. */
  readonly changes: 'applied' | 'discarded';
  /** Whether changes of local and global state hold. */
  readonly state: 'kept' | 'discarded';
  /** Whether an error record is made. */
  readonly recorded: boolean;
  /** Whether the plugin takes no part any more, until the host ends. */
  readonly disables: boolean;
}

const DROPPED = { changes: 'discarded', state: 'discarded', recorded: false, disables: false } as const;
const PASSED = { verdict: 'continue', ...DROPPED } as const;

/** Modes whose changes hold, and whose state the next plugin and the next hook see. */
const CHANGES: ReadonlySet<Mode> = new Set<Mode>(['sequential', 'transform']);
/** Modes that may end a run. */
const BLOCKS: ReadonlySet<Mode> = new Set<Mode>(['sequential', 'concurrent']);
const FAILURES = { error: 'plugin_error', timeout: 'plugin_timeout', panic: 'plugin_panic' } as const;

/** What a run does when a plugin in this mode comes out so. Every cell of the table in `docs/hosts/cpex.md`. */
export function effectOf(mode: Mode, outcome: Outcome, onError: OnError): Effect {
  const kept = CHANGES.has(mode) ? ({ changes: 'applied', state: 'kept' } as const) : {};
  switch (outcome) {
    case 'allow':
    case 'modify':
      return { ...PASSED, ...kept };
    case 'deny':
      // Who may not deny is passed over; what a transform has changed holds all the same.
      return BLOCKS.has(mode) ? { ...DROPPED, verdict: 'deny', violation: 'own' } : { ...PASSED, ...kept };
    case 'deny_bare':
      return BLOCKS.has(mode)
        ? { ...DROPPED, verdict: 'deny', violation: mode === 'sequential' ? 'sequential_deny' : 'concurrent_deny' }
        : { ...PASSED, ...kept };
    default: {
      const failed = { ...DROPPED, recorded: true, disables: onError === 'disable' };
      return onError === 'fail' && BLOCKS.has(mode)
        ? { ...failed, verdict: 'deny', violation: FAILURES[outcome] }
        : { ...failed, verdict: 'continue' };
    }
  }
}
