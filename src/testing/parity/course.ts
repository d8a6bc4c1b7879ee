import type { Envelope, SampleCall, ServiceEvent } from '../../model/profile.js';
import { describeEnding } from '../../runtime/failure.js';
import { stringifyExact } from '../../support/exact-json.js';
import { runTrial, type Subject, type Trial } from '../subject.js';

/** One thing that a plugin was asked, and what could be seen of it from outside. */
export interface Step {
  readonly what: string;
  /** Code and envelope, in full. */
  readonly answer: string;
  /** Whether it went well, else the code of its error: what stays where words and numbers change from run to run. */
  readonly kind: string;
  /** What the plugin asked its host meanwhile, in no order: threads have none. */
  readonly asked: readonly string[];
}

/** All that a plugin showed in one process. */
export interface Course {
  readonly steps: readonly Step[];
  readonly ending: string;
}

/**
 * Takes a plugin through the same course in a process of its own: calls before its registration, the sample calls of all
 * that it declared, bodies and methods that are wrong, a new configuration, and its end.
 *
 * @param codec codec to offer it; JSON alone when absent
 */
export async function courseOf(subject: Subject, codec?: string): Promise<Course> {
  const steps: Step[] = [];
  const options = codec === undefined ? {} : { codecs: [codec] };
  const { ending } = await runTrial(subject, options, async (trial) => {
    const take = (what: string, call: () => Promise<Answered>) =>
      step(trial, what, call).then((one) => steps.push(one));
    const { plugin } = trial;
    const { protocol } = subject.profile;
    await take('a method that no plugin has, before registration', () => plugin.invoke('no.such.method', {}));
    let samples: readonly SampleCall[] = [];
    const { method } = protocol.registration({ config: subject.config });
    await take(method, async () => {
      const { invocation, registration } = await plugin.register(subject.config);
      samples = registration === undefined ? [] : protocol.sampleCalls(registration);
      return invocation;
    });
    for (const time of ['', ', again']) {
      for (const { method, request } of samples)
        await take(`${named(method, request)}${time}`, () => plugin.invoke(method, request));
    }
    await take('a method that no plugin has', () => plugin.invoke('no.such.method', {}));
    await take('a method without a name', () => plugin.invoke('', {}));
    for (const body of ['', '{"broken":', '[]']) {
      for (const each of new Set([method, ...samples.map((one) => one.method)])) {
        await take(`${each} with the body ${JSON.stringify(body)}`, async () => {
          const end = await plugin.session.call(each, Buffer.from(body)).end;
          return { end, envelope: protocol.readEnvelope(end.code, end.body, each) };
        });
      }
    }
    await take(`${method}, again`, async () => (await plugin.register(subject.config, { again: true })).invocation);
  });
  return { steps, ending: ending.kind === 'clean' ? 'a clean end' : describeEnding(ending) };
}

interface Answered {
  readonly end: { readonly code: number };
  readonly envelope: Envelope;
}

async function step(trial: Trial, what: string, call: () => Promise<Answered>): Promise<Step> {
  const before = trial.events.length;
  const { end, envelope } = await call();
  const { ok, result, error } = envelope;
  const asked = trial.events.slice(before).flatMap(wish);
  return {
    what,
    answer: `code ${end.code}, ${stringifyExact(ok === true ? (result ?? null) : (error ?? null))}`,
    kind: `code ${end.code}, ${ok === true ? 'a result' : `the error ${error?.code ?? 'without a code'}`}`,
    asked: asked.sort(),
  };
}

/** What the plugin had its host do, as one line. */
function wish(event: ServiceEvent): string[] {
  switch (event.kind) {
    case 'call':
      return [`${event.method} ${stringifyExact(event.request ?? null)}`];
    case 'log':
      return [`log ${event.level} ${event.message} ${stringifyExact(event.fields ?? null)}`];
    case 'output':
    case 'step_log':
      return [`${event.kind} ${event.stream} ${JSON.stringify(Buffer.from(event.bytes).toString('latin1'))}`];
    case 'event':
      return [`event ${event.name} ${stringifyExact(event.data ?? null)}`];
    default:
      return [];
  }
}

/** A call by its method and what the host tells such calls apart by. */
function named(method: string, request: unknown): string {
  const {
    hook,
    verb_path: verbs,
    step,
    event,
  } = (request ?? {}) as {
    hook?: unknown;
    verb_path?: unknown;
    step?: { runner?: unknown };
    event?: { kind?: unknown };
  };
  const word = hook ?? (Array.isArray(verbs) ? verbs.join(' ') : undefined) ?? step?.runner ?? event?.kind;
  return typeof word === 'string' ? `${method} ${word}` : method;
}
