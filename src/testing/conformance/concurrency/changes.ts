import type { Field } from '../../../model/watch.js';
import type { Subject } from '../../subject.js';
import { changeOf, otherConfig } from '../configuration.js';
import { alsoIn, goldenFields, goldensOf, isSameCall } from '../goldens.js';
import type { TestOutcome } from '../types.js';
import { crowdTest, experimentDeadline } from './crowd.js';

/** Milliseconds of calls beside changes. */
const CHANGES_MS = 150;

/** Changes of the configuration beside calls: each answer belongs to one of the two configurations. */
export async function registerRace(subject: Subject): Promise<TestOutcome> {
  const { profile } = subject;
  const own = changeOf(profile, subject.config);
  const other = changeOf(profile, otherConfig(subject));
  if (own === undefined || other === undefined) return { findings: [], unproven: 'the host changes no configuration' };
  let lacking: string | undefined;
  const outcome = await crowdTest('conc.register-race', subject, {}, async function* (trial, calls) {
    const { session } = trial.plugin;
    // What holds after a change may differ from what registration has set up.
    const { code, body } = await session.call(own.method, own.body).end;
    if (profile.protocol.readEnvelope(code, body, own.method).ok !== true) {
      lacking = `needs ${own.method}`;
      return;
    }
    const before = await goldensOf(subject, trial, calls.steady);
    await session.call(other.method, other.body).end;
    const between = await goldensOf(subject, trial, calls.steady);
    await session.call(own.method, own.body).end;
    const after = await goldensOf(subject, trial, calls.steady);
    const pairs = alsoIn(before.steady, after.steady).flatMap((golden) => {
      const partner = between.steady.find((one) => isSameCall(one, golden));
      return partner === undefined ? [] : [{ golden, partner }];
    });
    if (pairs.length === 0) return;
    const changes = [other, own].flatMap(({ method, body: request }): Field[] => [
      ['change', method],
      ['with', request],
    ]);
    const fields = pairs.flatMap(({ golden, partner }): Field[] => [
      ...goldenFields([golden]),
      ['other-code', partner.code],
      ['other', partner.answer],
    ]);
    const seen = await trial.perform(
      'threads.changes',
      [...fields, ...changes, ['threads', 4], ['ms', CHANGES_MS]],
      experimentDeadline(subject, CHANGES_MS),
    );
    const steady = pairs.map(({ golden }) => golden);
    yield { how: 'changes of the configuration beside calls', calls: { steady, varying: [] }, seen };
  });
  return lacking === undefined ? outcome : { ...outcome, unproven: lacking };
}
