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
    await tour(trial, GARBAGE.map(sameForAll));
    await tour(trial, wrongResults(trial.usual));
  });
}

function answeredWith(id: string, subject: Subject, replies: readonly NamedReply[]): Promise<TestOutcome> {
  return askingTest(id, subject, {}, (trial) => tour(trial, replies.map(sameForAll)));
}

/** Requests of a call that get a hostile answer; whoever waits for an end gets there then. */
const MOST = 4;

/** What each method of the host answers for a while; as usual where there is nothing. */
interface Round {
  /** In words that follow "after the host had answered". */
  readonly name: string;
  readonly reply: (method: string) => ServiceReply | undefined;
}

function sameForAll([name, reply]: NamedReply): Round {
  return { name: `its requests with ${name}`, reply: () => reply };
}

/** Makes every call that makes the plugin ask, once for each round, in which its first requests are answered so. */
async function tour(trial: AskTrial, rounds: readonly Round[]): Promise<void> {
  for (const { name, reply } of rounds) {
    for (const occasion of trial.occasions.filter(({ asked }) => asked.some((method) => reply(method) !== undefined))) {
      const answered = new Map<string, number>();
      trial.answerWith(({ method, usual }) => {
        const before = answered.get(method) ?? 0;
        answered.set(method, before + 1);
        const hostile = before < MOST ? reply(method) : undefined;
        return hostile === undefined ? usual() : Promise.resolve(hostile);
      });
      // What it streams goes to a host that answers like this, too.
      await trial.make(occasion, `after the host had answered ${name}`, true);
    }
  }
  trial.answerWith();
}

/** Results of the host with one field as another type, or left out: in each round those of all its methods. */
function wrongResults(usual: AskTrial['usual']): Round[] {
  const wrong = [...usual].map(([method, { code, body }]) => {
    const envelope = fieldsOf(parseExact(Buffer.from(body).toString()));
    const results = envelope.ok === true ? mutants(envelope.result) : [];
    return {
      method,
      replies: results.map(({ name, value }) => ({ name, code, envelope: { ...envelope, result: value } })),
    };
  });
  const most = Math.max(0, ...wrong.map(({ replies }) => replies.length));
  return Array.from({ length: most }, (_, round) => {
    const now = wrong.flatMap(({ method, replies }) => {
      const one = replies[round];
      return one === undefined ? [] : [{ method, ...one }];
    });
    const bodies = new Map(
      now.map(({ method, code, envelope }) => [method, { code, body: Buffer.from(stringifyExact(envelope)) }]),
    );
    return {
      name: now.map(({ method, name }) => `${method} with ${name} in its result`).join(', '),
      reply: (method) => bodies.get(method),
    };
  });
}
