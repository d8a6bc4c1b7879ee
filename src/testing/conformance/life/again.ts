import type { Finding } from '../../../model/finding.js';
import { runTrial, type Subject } from '../../subject.js';
import { crowdFields, crowdTest, experimentDeadline } from '../concurrency/crowd.js';
import { fault, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** Init once more before shutdown. */
export async function initTwice(subject: Subject): Promise<TestOutcome> {
  const id = 'life.init-twice';
  const found: Finding[] = [];
  const outcome = await crowdTest(id, subject, { needs: [], few: true }, async function* (trial, calls) {
    const seen = await trial.perform('life.init-again', crowdFields(calls), experimentDeadline(subject, 0));
    const code = seen.number('again');
    const lacks = seen.all('lacks').map(String);
    if (code !== 0) found.push(fault(id, `A second init before shutdown returned ${code}.`));
    else if (lacks.length > 0) found.push(fault(id, `A second init before shutdown left out ${lacks.join(' and ')}.`));
    yield {
      how: 'a second init before shutdown',
      usual: 'without it',
      remedy: 'What init prepares has to be there already, or to stay as it is, when init comes again.',
      calls,
      seen,
    };
  });
  return { ...outcome, findings: [...found, ...outcome.findings] };
}

/** Shutdown once more. */
export function shutdownTwice(subject: Subject): Promise<TestOutcome> {
  return probeTest('life.shutdown-twice', subject, {}, async (trial) => {
    await trial.perform('life.shutdown-again', [], experimentDeadline(subject, 0));
    return [];
  });
}

/** Shutdown right after init. */
export async function shutdownFirst(subject: Subject): Promise<TestOutcome> {
  const { ending } = await runTrial(subject, {}, async () => undefined);
  return { findings: [], ending };
}

/** The end of the process without shutdown. */
export function exitLive(subject: Subject): Promise<TestOutcome> {
  return probeTest('life.exit-live', subject, {}, async (trial) => {
    for (const { method, request } of trial.samples) await trial.plugin.invoke(method, request);
    await trial.perform('life.leave');
    return [];
  });
}

/** Init without a host, or without a table. */
export async function nullArguments(subject: Subject): Promise<TestOutcome> {
  const id = 'life.null-args';
  const found: Finding[] = [];
  const outcome = await crowdTest(id, subject, { needs: [], few: true }, async function* (trial, calls) {
    const seen = await trial.perform('life.null-args', crowdFields(calls), experimentDeadline(subject, 0));
    for (const [name, words] of [
      ['no-host', 'for the host'],
      ['no-table', "for the plugin's table"],
    ] as const) {
      if (seen.number(name) === 0) found.push(fault(id, `Init with a null pointer ${words} returned 0.`));
    }
    yield {
      how: 'inits with null pointers before them',
      usual: 'without those',
      remedy: 'Init has to look at both pointers before it does anything.',
      calls,
      seen,
    };
  });
  return { ...outcome, findings: [...found, ...outcome.findings] };
}
