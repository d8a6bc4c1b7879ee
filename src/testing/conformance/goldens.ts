import type { SampleCall } from '../../model/profile.js';
import type { Field } from '../../model/session.js';
import type { Subject, Trial } from '../subject.js';

/** A sample call that answered the same way each time, and the answer: what every later one has to be. */
export interface Golden extends SampleCall {
  /** The request as it is sent. */
  readonly body: Uint8Array;
  /** What the plugin's function returned. */
  readonly code: number;
  /** Bytes of the answer. */
  readonly answer: Buffer;
  /** Whether it is an envelope with a result. */
  readonly ok: boolean;
  /** Longest time inside the plugin's function, in nanoseconds. */
  readonly durationNs: number;
}

/** What the sample calls of a plugin answer when they come one after another. */
export interface Goldens {
  readonly steady: readonly Golden[];
  /** Calls whose answers change from one time to the next: they hold the time, an id, a count. */
  readonly varying: readonly SampleCall[];
}

/** How often each call is made: enough for a counter, a clock or a random id to show. */
const TIMES = 3;

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
  const found = new Map<SampleCall, Golden | undefined>();
  for (let round = 0; round < times; round++) {
    for (const sample of samples) {
      const body = protocol.encodeRequest(sample.request, sample.method);
      const { code, body: answer, durationNs } = await plugin.session.call(sample.method, body).end;
      const before = found.get(sample);
      if (round > 0 && (before === undefined || !isSame(before, code, answer))) {
        found.set(sample, undefined);
        continue;
      }
      const ok = protocol.readEnvelope(code, answer, sample.method).ok === true;
      const longest = Math.max(durationNs, before?.durationNs ?? 0);
      found.set(sample, { ...sample, body, code, answer: Buffer.from(answer), ok, durationNs: longest });
    }
  }
  return {
    steady: [...found.values()].filter((one) => one !== undefined),
    varying: samples.filter((sample) => found.get(sample) === undefined),
  };
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

/** Those that answer in the same way in another child too: without its id, its start or its memory. */
export function alsoIn(goldens: readonly Golden[], others: readonly Golden[]): Golden[] {
  return goldens.filter((one) =>
    others.some(
      ({ method, body, code, answer }) =>
        method === one.method && Buffer.compare(body, one.body) === 0 && isSame(one, code, answer),
    ),
  );
}

function isSame(golden: Golden, code: number, answer: Uint8Array): boolean {
  return golden.code === code && Buffer.compare(golden.answer, answer) === 0;
}
