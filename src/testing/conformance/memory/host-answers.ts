import type { Watch } from '../../../model/watch.js';
import type { Subject } from '../../subject.js';
import { policyOf } from '../policy.js';
import { probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { callEverything } from './guarded-calls.js';

/** Calls everything that may make the plugin ask its host, with the host's answers watched. */
async function answerTest(id: string, subject: Subject, watch: Watch): Promise<TestOutcome> {
  let given = 0;
  const outcome = await probeTest(id, subject, { watch, needs: ['guard'] }, async (trial) => {
    await callEverything(trial);
    given = (await trial.perform('mem.answers')).number('given');
    return [];
  });
  if (given > 0 || outcome.ending?.kind !== 'clean') return outcome;
  return { ...outcome, unproven: 'the plugin takes no answer from its host in any of its calls' };
}

/** What the C library is given that lies in other pages is seen at once. */
export async function answersFreed(subject: Subject): Promise<TestOutcome> {
  const outcome = await answerTest('mem.host-free', subject, { guard: 'end', parts: ['pages'] });
  if (policyOf(subject.profile.name).ignoresAnswerLength !== true) return outcome;
  const findings = outcome.findings.map((one) =>
    WRONG_LENGTH.test(one.message) ? ({ ...one, severity: 'warn' } as const) : one,
  );
  return { ...outcome, findings };
}

/** How the probe says that an answer was freed with another length than it has. */
const WRONG_LENGTH = / with the length \d+\.$/;

/** mem.host-end: each answer of the host lies right before a closed page. */
export function answerEnd(subject: Subject): Promise<TestOutcome> {
  return answerTest('mem.host-end', subject, { guard: 'end', parts: ['answers'] });
}

/** mem.host-uaf: an answer is closed when it has been freed. */
export function answersGone(subject: Subject): Promise<TestOutcome> {
  return answerTest('mem.host-uaf', subject, { guard: 'end', parts: ['freed'] });
}
