import { DEFAULT_DEADLINES } from '../../../host-process/reference-host.js';
import type { Envelope, Registration, SampleCall } from '../../../model/profile.js';
import type { Field, Observation } from '../../../model/watch.js';
import { describeEnding } from '../../../runtime/failure.js';
import { parseExact } from '../../../support/exact-json.js';
import { showMsgpack } from '../../../support/msgpack-show.js';
import { printable, printableStart } from '../../../support/printable.js';
import { runTrial, type Subject, type Trial, type TrialOptions } from '../../subject.js';
import { policyOf } from '../policy.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import type { HostileCall } from './hostile-call.js';

/** What came back. */
export interface Answer {
  readonly code: number;
  /** The first 64 KiB. */
  readonly bytes: Buffer;
  /** Bytes of the whole answer. */
  readonly length: number;
}

export interface Answered {
  readonly call: HostileCall;
  readonly answer: Answer;
}

/** A plugin that has registered, in a child of its own. */
export interface HostileTrial extends Trial {
  readonly samples: readonly SampleCall[];
  readonly registration: Registration;
}

/**
 * Makes calls that no host should make, all in one child, and hands the answers to `judge`. Where the plugin dies of
 * one, it is found by making them one by one in another child.
 */
export async function hostileTest(
  id: string,
  subject: Subject,
  options: TrialOptions,
  callsFor: (samples: readonly SampleCall[]) => readonly HostileCall[],
  judge: (answered: readonly Answered[], trial: HostileTrial) => TestOutcome['findings'],
): Promise<TestOutcome> {
  let calls: readonly HostileCall[] = [];
  let unproven: string | undefined;
  const { value, ending } = await withSamples(subject, options, async (trial) => {
    calls = callsFor(trial.samples);
    const answered = await exchange(subject, trial, calls);
    if (answered.length < calls.length) {
      unproven = `the calls are too slow: ${answered.length} of ${calls.length} bodies were sent`;
    }
    return judge(answered, trial);
  });
  const died = ending.kind === 'crash' || ending.kind === 'exit' || ending.kind === 'hang';
  if (!died) return { findings: value ?? [], ending, ...(unproven === undefined ? {} : { unproven }) };
  const sent = calls.filter((call) => canCome(subject, call));
  const culprit = await findCulprit(subject, options, [...sent, ...calls.filter((call) => !sent.includes(call))]);
  if (culprit === undefined) return { findings: value ?? [], ending };
  const { name, method, body } = culprit;
  const message = `The plugin does not survive ${name}, sent to ${method}.`;
  if (sent.includes(culprit)) return { findings: [fault(id, message, [showBody(body)])], ending };
  // A body that the host never sends is worth a warning, however the plugin dies of it.
  return { findings: [{ ...fault(id, message, [showBody(body), describeEnding(ending)]), severity: 'warn' }] };
}

/** Whether a body may come from the host: any may where plugins have to be strict, else those that it writes itself. */
export function canCome({ profile }: Subject, { method, body }: HostileCall): boolean {
  if (policyOf(profile.name).hostile === 'strict') return true;
  try {
    return Buffer.compare(profile.protocol.encodeRequest(parseExact(body.toString()), method), body) === 0;
  } catch {
    // It is no JSON, or not what the host's own types hold.
    return false;
  }
}

/** Registers the plugin in a child of its own and hands it over with its sample calls. */
export function withSamples<T>(subject: Subject, options: TrialOptions, use: (trial: HostileTrial) => Promise<T>) {
  return runTrial(subject, options, async (trial) => {
    const { registration } = await trial.plugin.register(subject.config);
    // register.ok, on which these tests depend, has seen a usable registration.
    if (registration === undefined) return undefined;
    return use({ ...trial, registration, samples: subject.profile.protocol.sampleCalls(registration) });
  });
}

/** Milliseconds that a call may take without being taken for one that hangs, though the probe makes many at once. */
const SLOW_MS = 500;

/** Milliseconds for all calls of one test: of a slow plugin's only every second, third, … is made. */
const LIMIT_MS = 30_000;

/**
 * Makes the calls one after another: inside the probe where there is one.
 * @returns what was answered, in order; fewer than there are calls where they would take too long
 */
export async function exchange(
  { callDeadline = DEFAULT_DEADLINES.call }: Subject,
  { plugin: { session } }: Trial,
  calls: readonly HostileCall[],
): Promise<Answered[]> {
  const answered: Answered[] = [];
  const batch = Math.ceil(callDeadline / SLOW_MS);
  const started = performance.now();
  let left = calls;
  while (left.length > 0) {
    answered.push(...(await together(session, left.slice(0, batch))));
    left = left.slice(batch);
    const took = performance.now() - started;
    // The first calls may have come at a bad moment.
    if (took > LIMIT_MS / 3) left = spread(left, (LIMIT_MS - took) / (took / answered.length));
  }
  return answered;
}

async function together(session: Trial['plugin']['session'], calls: readonly HostileCall[]): Promise<Answered[]> {
  if (session.perform !== undefined) {
    const seen = await session.perform('hostile.calls', callFields(calls));
    return readAnswers(seen).map((answer, index) => ({ call: calls[index] as HostileCall, answer }));
  }
  const answered: Answered[] = [];
  for (const call of calls) answered.push({ call, answer: await single(session, call) });
  return answered;
}

/** All of a list, or about so many that are spread over it, but one at least. */
export function spread<T>(all: readonly T[], most: number): readonly T[] {
  const step = Math.ceil(all.length / Math.max(most, 1));
  return step <= 1 ? all : all.filter((_, index) => index % step === 0);
}

async function single(session: Trial['plugin']['session'], call: HostileCall): Promise<Answer> {
  const { code, body } = await session.call(call.method, call.body).end;
  return { code, bytes: Buffer.from(body), length: body.length };
}

/** Calls as parameters of an experiment. */
export function callFields(calls: readonly Pick<HostileCall, 'method' | 'body'>[]): Field[] {
  return calls.flatMap(({ method, body }): Field[] => [
    ['method', method],
    ['body', body],
  ]);
}

/** The answers that an experiment has seen, in order. */
export function readAnswers(seen: Observation): Answer[] {
  const [codes, lengths] = [seen.all('code'), seen.all('length')];
  return seen
    .all('answer')
    .map((bytes, index) => ({ code: Number(codes[index]), bytes, length: Number(lengths[index]) }));
}

/** The envelope of an answer; undefined for one that is too long to be looked at. */
export function envelopeOf(
  { profile }: Subject,
  method: string,
  { code, bytes, length }: Answer,
): Envelope | undefined {
  return bytes.length < length ? undefined : profile.protocol.readEnvelope(code, bytes, method);
}

async function findCulprit(
  subject: Subject,
  options: TrialOptions,
  calls: readonly HostileCall[],
): Promise<HostileCall | undefined> {
  let culprit: HostileCall | undefined;
  const { ending } = await withSamples(subject, options, async ({ plugin }) => {
    for (const call of calls) {
      culprit = call;
      await single(plugin.session, call);
    }
    culprit = undefined;
  });
  return ending.kind === 'clean' ? undefined : culprit;
}

/** Bytes of a body that a finding shows. */
const SHOWN = 200;

/** A body as evidence. */
export function showBody(body: Buffer): string {
  const packed = showMsgpack(body);
  if (packed !== undefined) return `body, ${body.length} bytes: ${printableStart(packed, SHOWN)}`;
  const text = printable(body.subarray(0, SHOWN).toString('utf8'));
  return `body, ${body.length} bytes: ${text}${body.length > SHOWN ? '…' : ''}`;
}
