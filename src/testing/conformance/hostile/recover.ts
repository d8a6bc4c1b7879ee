import { setTimeout as pause } from 'node:timers/promises';
import { DEFAULT_DEADLINES } from '../../../host-process/reference-host.js';
import type { Finding } from '../../../model/finding.js';
import { stringifyExact } from '../../../support/exact-json.js';
import type { Subject } from '../../subject.js';
import { NEXT_SECOND_MS } from '../concurrency/crowd.js';
import { alsoIn, type Golden, goldensOf } from '../goldens.js';
import { policyOf } from '../policy.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { callFields, exchange, type HostileTrial, showBody, spread, withSamples } from './exchange.js';
import { badBodies, type HostileCall, validCalls } from './hostile-call.js';
import { wrongTypes } from './wrong-types.js';

/** One in so many of the bad bodies: enough of each kind. */
const EVERY = 4;

/** Share of the time for one call that all of them may take, each with a valid one behind it; a slow plugin is judged by fewer. */
const SHARE = 1 / 6;

/** err.recover: a valid call after each that fails has to be answered as it was before. */
export async function recovers(subject: Subject): Promise<TestOutcome> {
  let unproven: string | undefined;
  let changed: { readonly good: Golden; readonly after: number } | undefined;
  const { value = [], ending } = await withSamples(subject, {}, async (trial) => {
    const { steady } = await goldensOf(subject, trial, trial.samples);
    const [good] = steady;
    if (good === undefined) {
      unproven = 'no sample call of the plugin is answered the same way twice';
      return [];
    }
    const limitMs = (subject.callDeadline ?? DEFAULT_DEADLINES.call) * SHARE;
    const calls = spread(failingCalls(subject, trial), limitMs / 2 / (good.durationNs / 1e6));
    const { finding, after } = await compare(trial, good, calls);
    if (finding === undefined) return [];
    changed = { good, after };
    return [finding];
  });
  if (changed !== undefined && !(await isSteadyAlone(subject, changed.good, changed.after))) {
    return { findings: [], ending, unproven: 'needs calls that answer the same way each time' };
  }
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

/** Whether the valid call brings the same answer as often, and more often, without any that fails, in another second. */
async function isSteadyAlone(subject: Subject, good: Golden, times: number): Promise<boolean> {
  const { value } = await withSamples(subject, {}, async (trial) => {
    const alone = async () => (await goldensOf(subject, trial, [good])).steady;
    if (alsoIn([good], await alone()).length === 0) return false;
    await pause(NEXT_SECOND_MS);
    if (alsoIn([good], await alone()).length === 0) return false;
    // As many as there were, the failing ones and those between them, and as many again.
    const again = await exchange(
      subject,
      trial,
      Array.from({ length: 4 * times }, () => ({
        ...good,
        body: Buffer.from(good.body),
        name: 'itself',
        refuse: false,
      })),
    );
    return again.every(({ answer: { code, bytes, length } }) => {
      const wanted = good.answer.subarray(0, bytes.length);
      return code === good.code && length === good.answer.length && Buffer.compare(bytes, wanted) === 0;
    });
  });
  return value === true;
}

interface Compared {
  readonly finding?: Finding;
  /** Failing calls until the answer was another one. */
  readonly after: number;
}

/** Makes the valid call before all others, and after each of them. */
async function compare({ plugin }: HostileTrial, good: Golden, calls: readonly HostileCall[]): Promise<Compared> {
  const seen = await plugin.session.perform?.('hostile.calls', [
    ['good-method', good.method],
    ['good-body', good.body],
    ...callFields(calls),
  ]);
  // The first is the call before all others.
  const [, first] = seen?.all('steady-after').map(Number) ?? [];
  if (seen === undefined || first === undefined) return { after: 0 };
  const [before, after] = seen.all('steady').map((bytes) => showBody(bytes));
  const call = calls[first];
  const finding = fault('err.recover', `${good.method} is answered in another way after a call that failed.`, [
    `the call that failed: ${call?.method}, ${call?.name}`,
    ...(call === undefined ? [] : [showBody(call.body)]),
    `before: ${before}`,
    `after: ${seen.all('steady-code')[1]}, ${after}`,
  ]);
  return { finding, after: first + 1 };
}
