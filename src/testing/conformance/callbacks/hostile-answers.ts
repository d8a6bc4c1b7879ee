import { fieldsOf } from '../../../hosts/json-fields.js';
import type { ServiceReply } from '../../../model/session.js';
import { parseExact, stringifyExact } from '../../../support/exact-json.js';
import type { Subject } from '../../subject.js';
import { mutants } from '../hostile/wrong-types.js';
import type { TestOutcome } from '../types.js';
import { type AskTrial, askingTest } from './asking.js';
import { ERRORS, FAILED, GARBAGE, type NamedReply, NOTHING } from './host-answers.js';

/** cb.rc: the host's function returns something else than 0. */
export const hostFails = (subject: Subject): Promise<TestOutcome> => answeredWith('cb.rc', subject, FAILED);

/** cb.err: the host answers with an error. */
export const hostRefuses = (subject: Subject): Promise<TestOutcome> => answeredWith('cb.err', subject, ERRORS);

/** cb.empty: the host answers with a null pointer. */
export const hostIsSilent = (subject: Subject): Promise<TestOutcome> => answeredWith('cb.empty', subject, NOTHING);

/** cb.garbage: the host answers with what is no envelope, and with results of other types. */
export function hostTalksNonsense(subject: Subject): Promise<TestOutcome> {
  return askingTest('cb.garbage', subject, {}, async (trial) => {
    await tour(trial, GARBAGE);
    const wrong = [...trial.usual].map(([method, reply]): readonly [string, readonly NamedReply[]] => [
      method,
      wrongResults(reply),
    ]);
    for (const [method, replies] of wrong) await tour(trial, replies, method);
  });
}

function answeredWith(id: string, subject: Subject, replies: readonly NamedReply[]): Promise<TestOutcome> {
  return askingTest(id, subject, {}, (trial) => tour(trial, replies));
}

/**
 * Makes every call that makes the plugin ask, once for each reply, which all its requests are answered with, or those
 * for one method of the host.
 */
async function tour(trial: AskTrial, replies: readonly NamedReply[], only?: string): Promise<void> {
  const occasions = trial.occasions.filter(({ asked }) => only === undefined || asked.includes(only));
  for (const [name, reply] of replies) {
    trial.answerWith(({ method, usual }) => (only === undefined || only === method ? Promise.resolve(reply) : usual()));
    for (const occasion of occasions) {
      // What it streams goes to a host that answers like this, too.
      await trial.make(occasion, `after the host had answered ${only ?? 'its requests'} with ${name}`, true);
    }
  }
  trial.answerWith();
}

/** A result of the host with each of its fields as every other type, and left out. */
function wrongResults({ code, body }: ServiceReply): NamedReply[] {
  if (code !== 0) return [];
  const envelope = fieldsOf(parseExact(Buffer.from(body).toString()));
  return mutants(envelope.result).map(({ name, value }) => [
    `${name} in its result`,
    { code, body: Buffer.from(stringifyExact({ ...envelope, result: value })) },
  ]);
}
