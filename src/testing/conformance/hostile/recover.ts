import type { Finding } from '../../../model/finding.js';
import { stringifyExact } from '../../../support/exact-json.js';
import type { Subject } from '../../subject.js';
import { type Golden, goldensOf } from '../goldens.js';
import { policyOf } from '../policy.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { callFields, type HostileTrial, showBody, withSamples } from './exchange.js';
import { badBodies, type HostileCall, validCalls } from './hostile-call.js';
import { wrongTypes } from './wrong-types.js';

/** One in so many of the bad bodies: enough of each kind. */
const EVERY = 4;

/** err.recover: a valid call after each that fails has to be answered as it was before. */
export async function recovers(subject: Subject): Promise<TestOutcome> {
  let unproven: string | undefined;
  const { value = [], ending } = await withSamples(subject, {}, async (trial) => {
    const { steady } = await goldensOf(subject, trial, trial.samples);
    const [good] = steady;
    if (good === undefined) {
      unproven = 'no sample call of the plugin is answered the same way twice';
      return [];
    }
    return compare(trial, good, failingCalls(subject, trial));
  });
  return { findings: value, ending, ...(unproven === undefined ? {} : { unproven }) };
}

/** What has to be refused, and so may change nothing. Life cycle calls too, where the host makes them again. */
function failingCalls(subject: Subject, { samples }: HostileTrial): HostileCall[] {
  const { contract, name } = subject.profile;
  const write = (value: unknown) => Buffer.from(stringifyExact(value));
  const lenient = policyOf(name).hostile === 'lenient';
  return validCalls(subject, samples)
    .filter(({ method }) => !lenient || contract.methods.get(method)?.capability !== undefined)
    .flatMap((call) => [...badBodies(call, write), ...wrongTypes(call, contract, write)])
    .filter(({ refuse }) => refuse)
    .filter((_, index) => index % EVERY === 0);
}

async function compare({ plugin }: HostileTrial, good: Golden, calls: readonly HostileCall[]): Promise<Finding[]> {
  const seen = await plugin.session.perform?.('hostile.calls', [
    ['good-method', good.method],
    ['good-body', good.body],
    ...callFields(calls),
  ]);
  if (seen === undefined) return [];
  // The first is the call before all others.
  const [, first] = seen.all('steady-after').map(Number);
  if (first === undefined) return [];
  const [before, after] = seen.all('steady').map((bytes) => showBody(bytes));
  const call = calls[first];
  return [
    fault('err.recover', `${good.method} is answered in another way after a call that failed.`, [
      `the call that failed: ${call?.method}, ${call?.name}`,
      ...(call === undefined ? [] : [showBody(call.body)]),
      `before: ${before}`,
      `after: ${seen.all('steady-code')[1]}, ${after}`,
    ]),
  ];
}
