import type { SampleCall } from '../../model/profile.js';
import type { CallEnd } from '../../model/session.js';
import type { Field } from '../../model/watch.js';
import type { Subject, Trial } from '../subject.js';

/** A sample call as it is sent. */
export interface SentCall extends SampleCall {
  readonly body: Uint8Array;
  /** Longest time inside the plugin's function, in nanoseconds. */
  readonly durationNs: number;
}

/** A sample call that answered the same way each time, and the answer: what every later one has to be. */
export interface Golden extends SentCall {
  /** What the plugin's function returned. */
  readonly code: number;
  /** Bytes of the answer. */
  readonly answer: Buffer;
  /** Whether it is an envelope with a result. */
  readonly ok: boolean;
}

/** A sample call whose answer changes from one time to the next: it holds the time, an id, a count. */
export interface Varying extends SentCall {
  /** What the plugin's function returned, where at least that was always the same. */
  readonly code?: number;
}

/** What the sample calls of a plugin answer when they come one after another. */
export interface Goldens {
  readonly steady: readonly Golden[];
  readonly varying: readonly Varying[];
}

/** How often each call is made: enough for a counter, a clock or a random id to show. */
export const TIMES = 3;

/**
 * Finds out which sample calls answer the same way several times in a row in this child, in rounds over all of them, so
 * that what one call does to another shows too.
 */
export async function goldensOf(
  { profile: { protocol } }: Pick<Subject, 'profile'>,
  { plugin }: Pick<Trial, 'plugin'>,
  samples: readonly SampleCall[],
  times = TIMES,
): Promise<Goldens> {
  const calls = samples.map((sample) => ({
    ...sample,
    body: protocol.encodeRequest(sample.request, sample.method),
    durationNs: 0,
    first: undefined as Pick<CallEnd, 'code' | 'body'> | undefined,
    steady: true,
    sameCode: true,
  }));
  for (let round = 0; round < times; round++) {
    for (const call of calls) {
      const { code, body, durationNs } = await plugin.session.call(call.method, call.body).end;
      call.durationNs = Math.max(call.durationNs, durationNs);
      call.first ??= { code, body: Buffer.from(body) };
      call.sameCode &&= call.first.code === code;
      call.steady &&= call.sameCode && Buffer.compare(call.first.body, body) === 0;
    }
  }
  const goldens: Golden[] = [];
  const varying: Varying[] = [];
  for (const { first, steady, sameCode, ...call } of calls) {
    if (first === undefined || !steady) {
      varying.push({ ...call, ...(sameCode && first !== undefined ? { code: first.code } : {}) });
      continue;
    }
    const ok = protocol.readEnvelope(first.code, first.body, call.method).ok === true;
    goldens.push({ ...call, code: first.code, answer: Buffer.from(first.body), ok });
  }
  return { steady: goldens, varying };
}

/** The goldens as parameters of an experiment, which reads them with `goldens_of()`. */
export function goldenFields(goldens: readonly Golden[]): Field[] {
  return goldens.flatMap(({ method, body, code, answer }): Field[] => [
    ['method', method],
    ['body', body],
    ['code', code],
    ['answer', answer],
  ]);
}

/** Calls of which only the code is compared, as parameters of an experiment. */
export function varyingFields(calls: readonly Varying[]): Field[] {
  return calls.flatMap(({ method, body, code }): Field[] =>
    code === undefined
      ? []
      : [
          ['method', method],
          ['body', body],
          ['code', code],
          ['any', 1],
        ],
  );
}

/** Those that answer in the same way in another child too: without its id, its start or its memory. */
export function alsoIn(goldens: readonly Golden[], others: readonly Golden[]): Golden[] {
  return goldens.filter((one) => others.some((other) => isSame(one, other)));
}

/** Whether two calls are one and the same request. */
export function isSameCall(one: Pick<SentCall, 'method' | 'body'>, other: Pick<SentCall, 'method' | 'body'>): boolean {
  return one.method === other.method && Buffer.compare(one.body, other.body) === 0;
}

function isSame(one: Golden, other: Golden): boolean {
  return isSameCall(one, other) && one.code === other.code && Buffer.compare(one.answer, other.answer) === 0;
}
