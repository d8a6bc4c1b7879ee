import { setTimeout as delay } from 'node:timers/promises';
import type { Subject } from '../../subject.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { type Ask, askingTest } from './asking.js';

/** How long a plugin is watched after its calls have come back, in milliseconds. */
const IDLE_MS = 50;

/** cb.ctx: the probe compares the context of each request with that of the host's table. */
export function givesContextBack(subject: Subject): Promise<TestOutcome> {
  // The sample calls that tell who asks are all that is needed.
  return askingTest('cb.ctx', subject, {}, async () => undefined);
}

/** cb.early: nothing is asked for before the registration. */
export function waitsForRegistration(subject: Subject): Promise<TestOutcome> {
  const id = 'cb.early';
  return askingTest(id, subject, {}, async ({ early, findings }) => {
    if (early.length === 0) return;
    findings.push(
      fault(id, 'The plugin asks its host before plugin.register is under way.', [
        `asked for: ${[...new Set(early)].join(', ')}`,
      ]),
    );
  });
}

/** cb.allow: nothing is asked for that the contract does not have. */
export function keepsToContract(subject: Subject): Promise<TestOutcome> {
  const id = 'cb.allow';
  return askingTest(id, subject, {}, async ({ asks, findings }) => {
    const unknown = [...new Set(asks())].filter((method) => !subject.profile.contract.callbacks.has(method));
    if (unknown.length === 0) return;
    findings.push({
      ...fault(
        id,
        'The plugin asks for what its host does not have.',
        unknown.map((method) => `asked for: ${method}`),
      ),
      remedy: `A host of this kind has: ${[...subject.profile.contract.callbacks.keys()].join(', ')}.`,
    });
  });
}

/** Requests that concern the call that is under way, and nothing when there is none. */
const OF_A_CALL: ReadonlySet<string> = new Set(['host.output.write', 'host.cancelled']);

/** cb.scope: what belongs to a call is not used when it is over. */
export function keepsToCall(subject: Subject): Promise<TestOutcome> {
  const id = 'cb.scope';
  return askingTest(id, subject, {}, async (trial) => {
    const late: string[] = [];
    trial.answerWith(async ({ method, inFlight, usual }: Ask) => {
      if (inFlight === 0 && OF_A_CALL.has(method)) late.push(method);
      return usual();
    });
    for (const occasion of trial.occasions) await trial.make(occasion, '');
    await delay(IDLE_MS);
    trial.answerWith();
    if (late.length === 0) return;
    trial.findings.push({
      ...fault(id, 'The plugin goes on with a call that has come back.', [
        `asked for when no call was under way: ${[...new Set(late)].join(', ')}`,
      ]),
      remedy: 'Wait for the threads of a call before it returns, or have them leave its output alone.',
    });
  });
}
