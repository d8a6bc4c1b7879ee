import { setTimeout as delay } from 'node:timers/promises';
import { fieldsOf } from '../../../hosts/json-fields.js';
import type { ServiceReply } from '../../../model/session.js';
import { parseExact, stringifyExact } from '../../../support/exact-json.js';
import type { Subject } from '../../subject.js';
import type { TestOutcome } from '../types.js';
import { type Ask, type AskTrial, askingTest, brokenEnvelope } from './asking.js';

/** Methods of the host that are slow, so that the test is not. */
const SLOW_METHODS = 4;

/** cb.slow: the host takes its time over one request of each kind. */
export function hostIsSlow(subject: Subject): Promise<TestOutcome> {
  const { slowHost } = subject.durations;
  return askingTest('cb.slow', subject, {}, (trial) =>
    onceEach(
      trial,
      askedOf(trial).slice(0, SLOW_METHODS),
      `while the host took ${slowHost} ms over a request`,
      async ({ usual }) => {
        const [reply] = await Promise.all([usual(), delay(slowHost)]);
        return reply;
      },
    ),
  );
}

/** Bytes of the host's answer in cb.large. */
const LARGE = 32 * 1024 * 1024;

/** Methods of the host that answer so; those with texts in their results first. */
const LARGE_METHODS = 2;

/** cb.large: an answer of 32 MiB to one request of each kind. */
export function hostIsVerbose(subject: Subject): Promise<TestOutcome> {
  const { callbacks, types } = subject.profile.contract;
  const resultOf = (method: string) => {
    const { $ref } = callbacks.get(method)?.result ?? {};
    return types.get(String($ref).replace(/^.*\//, '')) ?? {};
  };
  const texts = (method: string) =>
    Object.entries(fieldsOf(resultOf(method).properties))
      .filter(([, schema]) => fieldsOf(schema).type === 'string')
      .map(([name]) => name);
  return askingTest('cb.large', subject, {}, (trial) => {
    const chosen = askedOf(trial)
      .sort((a, b) => texts(b).length - texts(a).length)
      // Where no result has a text, one method stands for all.
      .filter((method, index) => index === 0 || texts(method).length > 0)
      .slice(0, LARGE_METHODS);
    return onceEach(trial, chosen, 'after the host had answered a request with 32 MiB', async ({ method, usual }) =>
      enlarged(await usual(), texts(method)),
    );
  });
}

/** The methods of the host that calls ask for, each once. */
function askedOf({ occasions }: AskTrial): string[] {
  return [...new Set(occasions.flatMap(({ asked }) => asked))];
}

/** Makes the calls that ask for these methods of the host, and answers the first request for each in a way of its own. */
async function onceEach(
  trial: AskTrial,
  methods: readonly string[],
  about: string,
  answer: (ask: Ask) => Promise<ServiceReply>,
): Promise<void> {
  const waiting = new Set(methods);
  trial.answerWith((ask) => (waiting.delete(ask.method) ? answer(ask) : ask.usual()));
  for (const occasion of trial.occasions) {
    if (occasion.asked.some((method) => waiting.has(method))) await trial.make(occasion, about);
  }
  trial.answerWith();
}

/** A good answer with one text in it that is very long: one of those that the plugin reads, where there is one. */
function enlarged({ code, body }: ServiceReply, texts: readonly string[]): ServiceReply {
  const envelope = fieldsOf(parseExact(Buffer.from(body).toString()));
  const mark = 'cpex-large-text';
  const [text = 'x_cpex'] = texts;
  const changed =
    envelope.ok === true
      ? { ...envelope, result: { ...fieldsOf(envelope.result), [text]: mark } }
      : { ...envelope, error: { ...fieldsOf(envelope.error), message: mark } };
  const [before = '', after = ''] = stringifyExact(changed).split(mark);
  // 'A's are base64 as well, in fours.
  return { code, body: Buffer.concat([Buffer.from(before), Buffer.alloc(LARGE, 'A'), Buffer.from(after)]) };
}

/** Calls of the plugin inside one another in cb.reenter. */
const DEPTH = 8;

/** cb.reenter: while the plugin waits for an answer the host calls it again, up to eight calls deep. */
export async function hostCallsBack(subject: Subject): Promise<TestOutcome> {
  const id = 'cb.reenter';
  const outcome = await askingTest(id, subject, {}, async (trial) => {
    for (const occasion of trial.occasions) {
      const others = trial.samples.filter(({ method }) => method !== occasion.method);
      // Itself again and again, then each other method once.
      await chain(id, subject, trial, occasion, [occasion], DEPTH);
      if (others.length > 0) await chain(id, subject, trial, occasion, others, 1);
    }
  });
  const stuck = outcome.ending?.kind === 'hang' || outcome.ending?.kind === 'harness-fault';
  if (subject.engine.name !== 'koffi' || !stuck) return outcome;
  // Its few threads wait for one another when the plugin asks on threads of its own: nothing of the plugin's.
  return { findings: [], unproven: 'needs the C probe: Node has too few threads for these calls' };
}

/** Makes a call whose first request is answered after calls of `inner`, whose own first requests are answered so, too. */
async function chain(
  id: string,
  subject: Subject,
  trial: AskTrial,
  outer: Calling,
  inner: readonly Calling[],
  most: number,
): Promise<void> {
  const { protocol } = subject.profile;
  let depth = 0;
  trial.answerWith(async ({ context, usual }) => {
    if (depth < most && context.call !== undefined) {
      depth++;
      for (const { method, request } of inner) {
        if (method.endsWith('_stream')) continue;
        const { code, body } = await context.call(method, protocol.encodeRequest(request, method));
        const about = `when it is called while it waits for the host, ${depth} deep`;
        const found = brokenEnvelope(id, subject, method, protocol.readEnvelope(code, body, method), about);
        if (found !== undefined) trial.findings.push(found);
      }
    }
    depth = most;
    return usual();
  });
  await trial.make(outer, 'while the host called the plugin again before it answered');
  trial.answerWith();
}

interface Calling {
  readonly method: string;
  readonly request: unknown;
}

/** Why cb.thread says nothing. */
const NO_THREADS = 'no thread of its own asks the host in its sample calls';

/** How long a plugin is left alone after its calls, in milliseconds, for its own threads to ask. */
const IDLE_MS = 50;

/** cb.thread: requests of the plugin's own threads are answered after a call of the plugin on that very thread. */
export async function hostMeetsThreads(subject: Subject): Promise<TestOutcome> {
  const id = 'cb.thread';
  const { protocol } = subject.profile;
  let own = 0;
  const outcome = await askingTest(id, subject, {}, async (trial) => {
    const calls = trial.samples.filter(({ method }) => !method.endsWith('_stream'));
    let nested = false;
    trial.answerWith(async ({ method: asked, context, inFlight, usual }) => {
      if (context.ownThread !== true) return usual();
      own++;
      if (nested || context.call === undefined) return usual();
      nested = true;
      const when = inFlight === 0 ? 'when no call was under way' : 'during a call';
      for (const { method, request } of calls) {
        const { code, body } = await context.call(method, protocol.encodeRequest(request, method));
        const about = `on its own thread, which had asked for ${asked} ${when}`;
        const found = brokenEnvelope(id, subject, method, protocol.readEnvelope(code, body, method), about);
        if (found !== undefined) trial.findings.push(found);
      }
      nested = false;
      return usual();
    });
    for (const occasion of trial.occasions) {
      await trial.make(occasion, 'while the host called the plugin on a thread of its own before it answered');
    }
    await delay(IDLE_MS);
    trial.answerWith();
  });
  return own > 0 ? outcome : { ...outcome, unproven: outcome.unproven ?? NO_THREADS };
}
