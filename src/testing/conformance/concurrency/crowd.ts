import { setTimeout as pause } from 'node:timers/promises';
import { DEFAULT_DEADLINES } from '../../../host-process/reference-host.js';
import type { Finding } from '../../../model/finding.js';
import type { SampleCall } from '../../../model/profile.js';
import type { Field, Observation } from '../../../model/watch.js';
import { isCpexError } from '../../../support/errors.js';
import { printableStart } from '../../../support/printable.js';
import type { Subject } from '../../subject.js';
import { type Golden, goldenFields, goldensOf, isSameCall, TIMES, type Varying, varyingFields } from '../goldens.js';
import { fault, type ProbeTestOptions, type ProbeTrial, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { variantsOf } from './variants.js';

/** What a crowd of threads may call. */
export interface CrowdCalls {
  /** Calls with the answers that they have to bring. */
  readonly steady: readonly Golden[];
  /** Calls that have to come back, whatever they answer. */
  readonly varying: readonly Varying[];
}

/** One experiment with a crowd, and what was called in it. */
export interface CrowdRun {
  /** What went on, for people: "8 threads at once". */
  readonly how: string;
  /** When the answers are those that are wanted: "one after another" where nothing else is said. */
  readonly usual?: string;
  readonly remedy?: string;
  readonly calls: CrowdCalls;
  readonly seen: Observation;
}

/** Most threads of any experiment: no call is used that would take too long with so many in front of it. */
const MOST_THREADS = 32;

/** Calls that are made to find out what the answers are, each three times. */
const MOST_CALLS = 32;

/** Milliseconds that the variants of a slow plugin's calls may take, to find out what they answer. */
const VARIANTS_MS = 300;

/** Longer than the second that answers may hold. */
export const NEXT_SECOND_MS = 1100;

/** Milliseconds that an experiment may take which makes calls for `ms`. */
export function experimentDeadline({ callDeadline = DEFAULT_DEADLINES.call }: Subject, ms: number): number {
  return callDeadline + 4 * ms;
}

/** A host may have no way to write a changed text: where bytes are meant, for one. */
function canBeSent({ profile }: Subject, { method, request }: SampleCall): boolean {
  try {
    profile.protocol.encodeRequest(request, method);
    return true;
  } catch (error) {
    if (!isCpexError(error)) throw error;
    return false;
  }
}

/** Whether what `process_look` of the probe writes under a name is the plugin's: an emulator's memory grows by itself. */
export function isOfPlugin(name: string, { engine }: Pick<Subject, 'engine'>): boolean {
  return engine.under === undefined || name === 'descriptors' || name === 'keys';
}

/** The parameters for an experiment with these calls. */
export function crowdFields({ steady, varying }: CrowdCalls): Field[] {
  return [...goldenFields(steady), ...varyingFields(varying)];
}

/** The calls that a crowd can make of this plugin, with variants of them, and what they answer in this child. */
export async function crowdCalls(
  subject: Subject,
  trial: Pick<ProbeTrial, 'plugin' | 'samples'>,
  withVariants = true,
): Promise<CrowdCalls> {
  const { samples } = trial;
  const own = samples.slice(0, MOST_CALLS);
  const base = await goldensOf(subject, trial, own);
  const served = base.steady.filter(({ ok }) => ok);
  const roundMs = served.reduce((sum, { durationNs }) => sum + durationNs / 1e6, 0);
  const affordable = Math.floor(VARIANTS_MS / (TIMES * roundMs));
  const most = withVariants ? Math.min(Math.floor(MOST_CALLS / Math.max(own.length, 1)) - 1, affordable) : 0;
  const variants = await goldensOf(
    subject,
    trial,
    served.flatMap((one) => variantsOf(one, most)).filter((one) => canBeSent(subject, one)),
  );
  const limitNs = ((subject.callDeadline ?? DEFAULT_DEADLINES.call) / 4 / MOST_THREADS) * 1e6;
  const isQuick = ({ durationNs }: { readonly durationNs: number }) => durationNs < limitNs;
  return {
    // A variant that is refused says little about the calls that the plugin serves.
    steady: [...base.steady, ...variants.steady.filter(({ ok }) => ok)].filter(isQuick),
    varying: base.varying.filter((one) => one.code !== undefined && isQuick(one)),
  };
}

export interface CrowdOptions extends ProbeTestOptions {
  /** For tests that are about something else than calls: the samples as they are will do, and none at all, too. */
  readonly few?: true;
}

/**
 * Has crowds of threads call a plugin and holds their answers against those that the same calls bring one after
 * another. A difference counts when the same calls in order bring none, in a child of their own and in another second.
 * @param act makes experiments until one has seen wrong answers
 */
export async function crowdTest(
  id: string,
  subject: Subject,
  options: CrowdOptions,
  act: (trial: ProbeTrial, calls: CrowdCalls) => AsyncIterable<CrowdRun>,
): Promise<TestOutcome> {
  let unproven: string | undefined;
  let wrong: CrowdRun | undefined;
  const outcome = await probeTest(id, subject, { needs: ['threads'], ...options }, async (trial) => {
    const calls = await crowdCalls(subject, trial, options.few !== true);
    if (calls.steady.length === 0 && options.few !== true) {
      unproven = 'needs a call that answers the same way each time';
      if (calls.varying.length === 0) return [];
    }
    for await (const run of act(trial, calls)) {
      unproven ??= run.seen.text('short');
      if (run.seen.number('wrong') === 0) continue;
      wrong = run;
      break;
    }
    return [];
  });
  const findings = wrong === undefined ? [] : [describeWrong(id, wrong)];
  if (wrong !== undefined && !(await isSteadyInOrder(id, subject, wrong))) {
    return { ...outcome, unproven: 'needs calls that answer the same way each time' };
  }
  return { ...outcome, findings: [...outcome.findings, ...findings], ...(unproven === undefined ? {} : { unproven }) };
}

/** Whether as many calls, one after another, all bring the same answers. */
async function isSteadyInOrder(id: string, subject: Subject, { calls, seen }: CrowdRun): Promise<boolean> {
  let steady = false;
  await probeTest(id, subject, {}, async (trial) => {
    const again = await goldensOf(subject, trial, [...calls.steady, ...calls.varying]);
    const method = calls.steady[seen.number('at')] ?? calls.varying[seen.number('at') - calls.steady.length];
    if (method !== undefined && again.varying.some((one) => isSameCall(one, method))) return [];
    await pause(NEXT_SECOND_MS);
    const fields: Field[] = [...crowdFields(again), ['threads', 1], ['rounds', seen.number('made')], ['ms', 5000]];
    const alone = await trial.perform('threads.calls', fields, experimentDeadline(subject, 5000));
    steady = alone.number('wrong') === 0;
    return [];
  });
  return steady;
}

/** Puts the wrong answers of an experiment into words. */
export function describeWrong(id: string, run: CrowdRun): Finding {
  const { how, usual = 'one after another', calls, seen, remedy } = run;
  const at = seen.number('at');
  const golden = calls.steady[at];
  const call = golden ?? calls.varying[at - calls.steady.length];
  const [got = Buffer.alloc(0)] = seen.all('got');
  const code = seen.number('code');
  const count = `${seen.number('wrong')} of ${seen.number('made')} answers`;
  const evidence = [
    `${call?.method}: ${printableStart(Buffer.from(call?.body ?? []).toString())}`,
    `${usual}: ${answerWords(call?.code ?? 0, golden?.answer)}`,
    `with ${how}: ${answerWords(code, got)}`,
  ];
  return {
    ...fault(id, `With ${how}, ${count} are not what the same calls answer ${usual}.`, evidence),
    remedy: remedy ?? 'What calls share needs a lock, or a copy of its own for each call.',
  };
}

function answerWords(code: number, answer: Buffer | undefined): string {
  const body =
    answer === undefined ? '' : answer.byteLength === 0 ? ' and no body' : ` ${printableStart(answer.toString())}`;
  return `code ${code}${body}`;
}
