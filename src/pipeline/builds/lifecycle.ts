import { askedFor, type LifecyclePhase, lifecycleOf } from '../../hosts/cpex/builds.js';
import { aborts } from '../../hosts/cpex/results.js';
import type { Finding } from '../../model/finding.js';
import type { Member } from './member.js';
import type { BuildEvent, ToldRecord } from './types.js';

/** Who ends a build before an event, and why. */
export interface Abort {
  readonly plugin: string;
  readonly event: string;
  readonly reason: string;
}

/** Records of `step_log`, and findings, that are kept: a step may print without end. */
const MOST_KEPT = 1000;

/** The life cycle hooks of all plugins of a build. */
export class Lifecycle {
  readonly told: ToldRecord[] = [];
  /** How many records of `step_log` that went on were not kept. */
  untold = 0;
  readonly errors: { readonly plugin: string; readonly message: string }[] = [];
  readonly findings: { readonly plugin: string; readonly finding: Finding }[] = [];

  constructor(
    private readonly members: readonly Member[],
    /** Milliseconds that a hook gets at most, whatever it declares; asked before each call. */
    private readonly limit: () => number,
  ) {}

  /** Whether anybody asked for an event. */
  hears(kind: string, members = this.members): boolean {
    return members.some(
      ({ registration }) =>
        askedFor(lifecycleOf(registration), kind, 'before') !== undefined ||
        askedFor(lifecycleOf(registration), kind, 'after') !== undefined,
    );
  }

  /**
   * Tells those who asked for an event, one after the other in the order of the plan. Before an event the first one
   * that aborts is the last one told; after it nobody can abort.
   */
  async tell(event: BuildEvent, phase: LifecyclePhase): Promise<Abort | undefined> {
    for (const member of this.members) {
      const hook = askedFor(lifecycleOf(member.registration), event.kind, phase);
      if (hook === undefined) continue;
      if (member.gone !== undefined) {
        if (!this.mustAnswer(member, phase)) continue;
        // Its failure was told when it went.
        if (this.errors.some(({ plugin }) => plugin === member.name)) {
          return { plugin: member.name, event: event.kind, reason: member.gone };
        }
      }
      const abort = await this.ask(member, event, phase, Math.min(hook.timeout_ms, this.limit()));
      if (abort !== undefined) return abort;
    }
    return undefined;
  }

  private async ask(
    member: Member,
    event: BuildEvent,
    phase: LifecyclePhase,
    deadlineMs: number,
  ): Promise<Abort | undefined> {
    const request = { event, phase };
    const started = performance.now();
    const outcome = await member.invoke('lifecycle.event', request, deadlineMs);
    const record = (word: ToldRecord['outcome'], reason?: string) => {
      if (event.kind === 'step_log' && word === 'continue' && this.told.length >= MOST_KEPT) {
        this.untold += 1;
        return;
      }
      this.told.push({
        plugin: member.name,
        event: event.kind,
        phase,
        ...(typeof event.key === 'string' ? { key: event.key } : {}),
        outcome: word,
        ...(reason === undefined ? {} : { reason }),
        duration_ms: Math.round(performance.now() - started),
      });
    };
    if (outcome.kind === 'error') {
      record('failed', outcome.message);
      const message = `${phase} ${event.kind}: ${outcome.message}`;
      this.errors.push({ plugin: member.name, message });
      if (!this.mustAnswer(member, phase)) return undefined;
      return { plugin: member.name, event: event.kind, reason: `its hook failed: ${outcome.message}` };
    }
    for (const finding of outcome.findings) {
      if (this.findings.length < MOST_KEPT) this.findings.push({ plugin: member.name, finding });
    }
    const { outcome: word, reason } = outcome.result as { outcome: 'continue' | 'abort'; reason?: string };
    record(word, reason);
    if (!aborts(request, outcome.result)) return undefined;
    return { plugin: member.name, event: event.kind, reason: reason ?? 'it gave no reason' };
  }

  /** Who may end a build must not be passed over because it fails. */
  private mustAnswer({ plugin }: Member, phase: LifecyclePhase): boolean {
    return phase === 'before' && plugin.onError === 'fail';
  }
}
