import { setTimeout as pause } from 'node:timers/promises';
import type { Subject } from '../../subject.js';
import { alsoIn, type Golden, goldenFields, goldensOf } from '../goldens.js';
import { probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { describeWrong, experimentDeadline, NEXT_SECOND_MS } from './crowd.js';

const ID = 'conc.first';

/**
 * The first two calls of a plugin's life at the same instant, in one fresh child after another. What they have to answer
 * is what the first calls of other children answered alone.
 */
export async function first(subject: Subject): Promise<TestOutcome> {
  const one = await firstAnswers(subject);
  if (one.goldens === undefined) return one.outcome;
  const other = await firstAnswers(subject);
  if (other.goldens === undefined) return other.outcome;
  const goldens = alsoIn(one.goldens, other.goldens);
  if (goldens.length === 0) return { findings: [], unproven: 'needs a call that answers the same way in each child' };
  for (let child = 0; child < subject.durations.firsts; child++) {
    const outcome = await atOnce(subject, goldens, child);
    if (outcome.findings.length > 0) return confirmed(subject, goldens, outcome);
    if (outcome.unproven !== undefined || outcome.ending?.kind !== 'clean') return outcome;
  }
  return { findings: [] };
}

/** A wrong answer counts when a last child still answers as the first ones did, in another second. */
async function confirmed(subject: Subject, goldens: readonly Golden[], outcome: TestOutcome): Promise<TestOutcome> {
  await pause(NEXT_SECOND_MS);
  const last = await firstAnswers(subject);
  const steady = last.goldens !== undefined && alsoIn(goldens, last.goldens).length === goldens.length;
  return steady ? outcome : { findings: [], unproven: 'needs calls that answer the same way in each child' };
}

async function firstAnswers(
  subject: Subject,
): Promise<{ readonly outcome: TestOutcome; readonly goldens?: readonly Golden[] }> {
  let goldens: readonly Golden[] | undefined;
  const outcome = await probeTest(ID, subject, { needs: ['threads'] }, async (trial) => {
    goldens = (await goldensOf(subject, trial, trial.samples)).steady;
    return [];
  });
  return goldens === undefined || outcome.ending?.kind !== 'clean' ? { outcome } : { outcome, goldens };
}

/** Two threads in most children, more in some: the same call from all of them. */
function atOnce(subject: Subject, goldens: readonly Golden[], child: number): Promise<TestOutcome> {
  const golden = goldens[child % goldens.length];
  const steady = golden === undefined ? [] : [golden];
  const threads = child % 4 === 3 ? 4 : 2;
  return probeTest(ID, subject, {}, async (trial) => {
    const fields = [...goldenFields(steady), ['threads', threads] as const];
    const seen = await trial.perform('threads.calls', fields, experimentDeadline(subject, 0));
    if (seen.number('wrong') === 0) return [];
    const finding = describeWrong(ID, {
      how: `${threads} first calls at the same instant`,
      calls: { steady, varying: [] },
      seen,
    });
    const evidence = [...(finding.evidence ?? []), `seen in child ${child + 1} of ${subject.durations.firsts}`];
    return [
      {
        ...finding,
        evidence,
        remedy: 'What the first call prepares has to be prepared once: pthread_once, sync.Once, OnceLock.',
      },
    ];
  });
}
