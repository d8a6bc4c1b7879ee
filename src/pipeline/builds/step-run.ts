import type { StepRequest } from '../../hosts/cpex/builds.js';
import type { Member, Outcome } from './member.js';
import type { PlannedStep, StepRecord } from './types.js';

/** Milliseconds that a step has to end by itself once it was cancelled; then its plugin is killed. */
export const GRACE_MS = 3000;

/** What may end a step before it is over. */
export interface StepEnd {
  /** Cancels the step. */
  readonly signal: AbortSignal;
  /** Is told when the step is cancelled, and with `false` when it has ended. */
  readonly cancelling: (now: boolean) => void;
}

/** Executes one step, and cancels it when its time is over or the signal fires. */
export async function executeStep(
  member: Member,
  request: StepRequest,
  timeoutMs: number,
  { signal, cancelling }: StepEnd,
): Promise<{ readonly outcome: Outcome; readonly cancelled?: 'timeout' | 'signal' }> {
  let cancelled: 'timeout' | 'signal' | undefined;
  let killer: NodeJS.Timeout | undefined;
  const cancel = (why: 'timeout' | 'signal') => {
    if (cancelled !== undefined) return;
    cancelled = why;
    member.cancel(true);
    cancelling(true);
    killer = setTimeout(() => member.kill(), GRACE_MS);
  };
  const stop = () => cancel('signal');
  const timer = setTimeout(() => cancel('timeout'), timeoutMs);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    // The limit of the call itself never comes first: it would kill a plugin that was not told.
    const outcome = await member.invoke('step.execute', request, timeoutMs + 2 * GRACE_MS);
    return { outcome, ...(cancelled === undefined ? {} : { cancelled }) };
  } finally {
    clearTimeout(timer);
    clearTimeout(killer);
    signal.removeEventListener('abort', stop);
    member.cancel(false);
    cancelling(false);
  }
}

/** The record of a step that was executed. */
export function stepRecord(
  base: Pick<StepRecord, 'key' | 'step_id' | 'runner' | 'plugin' | 'cache'>,
  { outcome, cancelled }: Awaited<ReturnType<typeof executeStep>>,
  { timeoutMs }: Pick<PlannedStep, 'timeoutMs'>,
  durationMs: number,
): StepRecord {
  const why =
    cancelled === 'timeout'
      ? `It took longer than its ${timeoutMs} ms and was cancelled.`
      : cancelled === 'signal'
        ? 'It was cancelled.'
        : undefined;
  if (outcome.kind === 'error') {
    const reason = why === undefined ? outcome.message : `${why} ${outcome.message}`;
    return { ...base, status: 'failed', duration_ms: durationMs, artifacts: [], reason, findings: [] };
  }
  const result = outcome.result as Pick<StepRecord, 'committed_snapshot' | 'artifacts'> & { exit_code: number };
  const passed = result.exit_code === 0 && cancelled === undefined;
  return {
    ...base,
    status: passed ? 'passed' : 'failed',
    exit_code: result.exit_code,
    duration_ms: durationMs,
    ...(result.committed_snapshot === undefined ? {} : { committed_snapshot: result.committed_snapshot }),
    artifacts: result.artifacts,
    ...(why === undefined ? {} : { reason: why }),
    findings: outcome.findings,
  };
}
