import type { Watch } from '../../../model/watch.js';
import type { Subject } from '../../subject.js';
import { type ProbeTrial, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** A method that no plugin has: its name is read to the end as well. */
const UNKNOWN = 'no.such.method';

/** Rounds over all samples: what a plugin kept of one call is used in a later one. */
const ROUNDS = 2;

/** Makes every call that the plugin serves, and one that it does not. */
export async function callEverything({ plugin, samples }: ProbeTrial): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    for (const { method, request } of samples) await plugin.invoke(method, request);
    await plugin.invoke(UNKNOWN, {});
  }
}

/**
 * Calls everything with one kind of memory watched and the rest left alone, so that a plugin that breaks one rule fails one
 * test. A breach is a trap, which ends the process.
 */
function guardedTest(id: string, subject: Subject, watch: Watch): Promise<TestOutcome> {
  return probeTest(id, subject, { watch, needs: ['guard'] }, async (trial) => {
    await callEverything(trial);
    return [];
  });
}

/** mem.req-end: each request lies right before a page that nobody may read. */
export function requestEnd(subject: Subject): Promise<TestOutcome> {
  return guardedTest('mem.req-end', subject, { guard: 'end', parts: ['request'] });
}

/** mem.req-start: each request lies right behind such a page. */
export function requestStart(subject: Subject): Promise<TestOutcome> {
  return guardedTest('mem.req-start', subject, { guard: 'start', parts: ['request'] });
}

/** mem.req-ro: requests, method names and the host's table can be read alone. */
export function requestReadOnly(subject: Subject): Promise<TestOutcome> {
  return guardedTest('mem.req-ro', subject, { guard: 'end', parts: ['read-only'] });
}

/** mem.req-odd: an odd address breaks every alignment there is. */
export function requestOdd(subject: Subject): Promise<TestOutcome> {
  return guardedTest('mem.req-odd', subject, { skew: 1 });
}

/** mem.req-retain: what a call was given is closed when the call has returned. */
export function requestRetained(subject: Subject): Promise<TestOutcome> {
  return guardedTest('mem.req-retain', subject, { guard: 'end', parts: ['closed'] });
}

/** mem.method-end: each method name lies right before a closed page. */
export function methodEnd(subject: Subject): Promise<TestOutcome> {
  return guardedTest('mem.method-end', subject, { guard: 'end', parts: ['method'] });
}

/** mem.slot-end: the response slot lies right before a closed page. */
export function slotEnd(subject: Subject): Promise<TestOutcome> {
  return guardedTest('mem.slot-end', subject, { guard: 'end', parts: ['slot'] });
}
