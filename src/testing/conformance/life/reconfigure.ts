import { setTimeout as pause } from 'node:timers/promises';
import type { Finding } from '../../../model/finding.js';
import { printableStart } from '../../../support/printable.js';
import type { Subject } from '../../subject.js';
import { NEXT_SECOND_MS } from '../concurrency/crowd.js';
import { badConfig, type Change, changeOf, otherConfig } from '../configuration.js';
import { alsoIn, type Golden, goldensOf, isSameCall } from '../goldens.js';
import { fault, type ProbeTrial, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

const ID = 'life.reconfigure';

/** A new configuration, bad ones, and the old one again: each is in force as a whole, or not at all. */
export async function reconfigure(subject: Subject): Promise<TestOutcome> {
  let unproven: string | undefined;
  const { profile, config } = subject;
  const outcome = await probeTest(ID, subject, {}, async (trial) => {
    const own = changeOf(profile, config);
    const other = changeOf(profile, otherConfig(subject));
    const bad = changeOf(profile, badConfig(subject));
    const badOwn = changeOf(profile, badConfig({ ...subject, config: otherConfig(subject) }));
    if (own === undefined || other === undefined || bad === undefined || badOwn === undefined) {
      unproven = 'the host changes no configuration';
      return [];
    }
    const error = await refusal(subject, trial, own);
    if (error?.startsWith('unknown_')) {
      unproven = `needs ${own.method}, which was answered with ${error}`;
      return [];
    }
    if (error !== undefined) {
      return [fault(ID, `${own.method} refuses the configuration of the registration.`, [error])];
    }
    const first = (await goldensOf(subject, trial, trial.samples)).steady;
    await refusal(subject, trial, own);
    const before = alsoIn(first, (await goldensOf(subject, trial, trial.samples)).steady);
    const judge = (when: string, wanted: readonly Golden[]) => differences(subject, trial, when, wanted);
    if ((await refusal(subject, trial, bad)) !== undefined) {
      const found = await judge('after a configuration that was refused', before);
      if (found.length > 0) return found;
    }
    if ((await refusal(subject, trial, other)) === undefined) {
      const between = (await goldensOf(subject, trial, trial.samples)).steady;
      if ((await refusal(subject, trial, badOwn)) !== undefined) {
        const found = await judge('after a configuration that was refused', between);
        if (found.length > 0) return found;
      }
    } else {
      const found = await judge('after a configuration that was refused', before);
      if (found.length > 0) return found;
    }
    const again = await refusal(subject, trial, own);
    if (again !== undefined) {
      return [fault(ID, `${own.method} refuses a configuration that it has taken before.`, [again])];
    }
    return judge('when the old configuration is back', before);
  });
  return unproven === undefined ? outcome : { ...outcome, unproven };
}

/** Makes a change. Returns the plugin's error in words; undefined when it has taken the configuration. */
async function refusal({ profile }: Subject, { plugin }: ProbeTrial, change: Change): Promise<string | undefined> {
  const { code, body } = await plugin.session.call(change.method, change.body).end;
  const { ok, error } = profile.protocol.readEnvelope(code, body, change.method);
  if (ok === true) return undefined;
  return error === undefined ? `no envelope (code ${code})` : `${error.code}: ${error.message}`;
}

/** The first answer that is not the one that is wanted, now and in another second. */
async function differences(
  subject: Subject,
  trial: ProbeTrial,
  when: string,
  wanted: readonly Golden[],
): Promise<Finding[]> {
  const look = async () => (await goldensOf(subject, trial, wanted)).steady;
  const now = await look();
  const changed = wanted.find((golden) => alsoIn([golden], now).length === 0);
  if (changed === undefined) return [];
  const found = now.find((one) => isSameCall(one, changed));
  await pause(NEXT_SECOND_MS);
  // An answer that changes by itself says nothing about the configuration.
  if (found === undefined || alsoIn([found], await look()).length === 0) return [];
  const evidence = [
    `before: code ${changed.code} ${printableStart(changed.answer.toString())}`,
    `${when}: code ${found.code} ${printableStart(found.answer.toString())}`,
  ];
  return [
    {
      ...fault(ID, `${changed.method} answers otherwise ${when}.`, evidence),
      remedy: 'Read a configuration as a whole into a new value, and put that in the place of the old one at the end.',
    },
  ];
}
