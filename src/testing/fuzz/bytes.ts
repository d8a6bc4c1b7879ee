import type { Field } from '../../model/watch.js';
import type { Subject } from '../subject.js';
import { type FuzzChild, inChild } from './child.js';
import { confirm } from './confirm.js';
import { RecordFile } from './record-file.js';
import { recovered } from './recovered.js';
import { brokenRules, repliesOf } from './replies.js';
import { seedBodies } from './seed-bodies.js';
import type { FuzzCase, FuzzOptions, FuzzRun, Step } from './types.js';
import { wordsFor } from './words.js';

/** Rounds for one method before the next has its turn, and how long they may take in milliseconds. */
const ROUNDS = 50_000;
const TURN_MS = 100;

/** Rounds that are done again, with the last one, where that one alone shows nothing: few at first, then many. */
const BEFORE = 64;
const LONG_BEFORE = 4000;

/** A turn of one method in the probe. */
interface Turn {
  readonly method: string;
  /** Bodies and words, for this turn and for whoever wants its bodies again. */
  readonly fields: readonly Field[];
  readonly from: number;
}

/**
 * Mutates bodies inside the probe, at its speed. Every round's body comes from the seed and its number alone, so a longer
 * run only adds rounds to a shorter one.
 */
export async function fuzzBytes(subject: Subject, options: FuzzOptions): Promise<FuzzRun> {
  const record = await RecordFile.make();
  let calls = 0;
  let turn: Turn | undefined;
  /** Beyond the last round that is known to be over. */
  let next = 0;
  try {
    const { value, ending, round } = await inChild(subject, { record, register: true }, async (child) => {
      // From here on: a child that starts slowly takes nothing of the time.
      const until = performance.now() + options.ms;
      const bodies = seedBodies(subject, child.samples, options);
      const methods = [...bodies.keys()];
      for (let count = 0; methods.length > 0 && performance.now() < until; count++) {
        const method = methods[count % methods.length] as string;
        turn = { method, from: count * ROUNDS, fields: turnFields(method, bodies.get(method) ?? [], subject, options) };
        const seen = await makeTurn(child, turn, until);
        next = seen.next;
        const done = next - turn.from;
        calls += done;
        options.onCalls?.(done);
        for (const reply of seen.replies) {
          const findings = brokenRules(reply, method, subject);
          if (findings.length > 0) return { round: reply.round, findings };
        }
        const stuck = await recovered(child, subject);
        if (stuck !== undefined) return { round: undefined, findings: [stuck] };
      }
      return methods.length === 0 ? 'nothing' : undefined;
    });
    if (value === 'nothing') return { calls, unproven: 'declares nothing that could be called' };
    if (turn !== undefined && round !== undefined) {
      calls += round - turn.from + 1;
      options.onCalls?.(round - turn.from + 1);
    }
    const last = round ?? (typeof value === 'object' ? value.round : undefined);
    if (ending.kind === 'clean' && value === undefined) return { calls };
    if (turn === undefined) return { calls };
    const seen =
      ending.kind === 'clean'
        ? { kind: 'answer' as const, step: 1, findings: typeof value === 'object' ? value.findings : [] }
        : { kind: 'died' as const, ending };
    const candidates = await casesOf(subject, turn, next, last, record);
    const origin = `round ${last ?? `after ${turn.from}`} of seed ${options.seed}`;
    return { calls, found: await confirm(subject, { fuzzer: 'bytes', seen, origin }, candidates, record) };
  } finally {
    await record.remove();
  }
}

function turnFields(
  method: string,
  bodies: readonly Uint8Array[],
  { profile }: Subject,
  { seed }: FuzzOptions,
): Field[] {
  return [
    ['seed', seed],
    ...wordsFor(profile.contract, method).map((word): Field => ['word', word]),
    ...bodies.flatMap((body): Field[] => [
      ['method', method],
      ['body', body],
    ]),
  ];
}

async function makeTurn(child: FuzzChild, { fields, from }: Turn, until: number) {
  const ms = Math.max(1, Math.min(TURN_MS, Math.ceil(until - performance.now())));
  const span: Field[] = [
    ['from', from],
    ['count', ROUNDS],
    ['ms', ms],
  ];
  const seen = await child.perform('fuzz.bytes', [...span, ...fields], ms);
  return { next: seen.number('next'), replies: repliesOf(seen) };
}

/** What may show the failure again: the last body alone, those just before it, many of its turn. */
async function casesOf(
  subject: Subject,
  { method, fields, from }: Turn,
  next: number,
  last: number | undefined,
  record: RecordFile,
): Promise<FuzzCase[]> {
  const end = last ?? Math.max(from, next - 1);
  const start = Math.max(from, end - LONG_BEFORE);
  const span: Field[] = [
    ['from', start],
    ['count', end - start + 1],
  ];
  const { value: bodies = [] } = await inChild(subject, { record, register: false }, async ({ perform }) =>
    (await perform('fuzz.body', [...span, ...fields])).all('body'),
  );
  const lengths = [...(last === undefined ? [] : [1]), BEFORE, bodies.length];
  return lengths.map((length) => ({
    steps: [{ do: 'register' }, ...bodies.slice(-length).map((body): Step => ({ do: 'call', method, body }))],
  }));
}
