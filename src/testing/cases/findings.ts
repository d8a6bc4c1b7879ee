import type { Finding } from '../../model/finding.js';
import type { ServiceEvent } from '../../model/profile.js';
import type { Expectations } from './expectations.js';
import { type Mismatch, match, matchInOrder, show } from './match.js';
import type { Case } from './types.js';

/** What the logs, events and calls of a plugin lack, in the order of the expectations. */
export function missingEvents(
  events: readonly ServiceEvent[],
  { logs = [], events: emitted = [], calls = [] }: Pick<Expectations, 'logs' | 'events' | 'calls'>,
): Mismatch[] {
  const of = (kind: ServiceEvent['kind']) => events.filter((event) => event.kind === kind);
  return [
    ...matchInOrder(of('log'), logs, 'logs'),
    ...matchInOrder(of('event'), emitted, 'events'),
    ...matchInOrder(of('call'), calls, 'calls'),
  ];
}

/** What lasted longer than a case allows. */
export function tooLong(durationNs: number, withinMs: number | undefined): Mismatch[] {
  const tookMs = durationNs / 1e6;
  if (withinMs === undefined || tookMs <= withinMs) return [];
  return [{ path: 'within_ms', expected: `at most ${withinMs}`, actual: tookMs.toFixed(1) }];
}

/** Mismatches of a value with an expectation, none where there is no expectation. */
export function unmet(path: string, actual: unknown, wanted: unknown): Mismatch[] {
  return wanted === undefined ? [] : match(actual, wanted, path);
}

/** A mismatch as the finding of a case. */
export function toFinding(one: Case, { path, expected, actual }: Mismatch, again: string): Finding {
  return {
    id: `case:${one.name}`,
    severity: 'fail',
    message: `${path}: expected ${expected}, found ${typeof actual === 'string' ? actual : show(actual)}`,
    file: one.file,
    again,
  };
}
