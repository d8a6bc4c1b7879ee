import { parseExact } from '../../support/exact-json.js';
import type { Subject } from '../subject.js';
import { methodOf } from './child.js';
import { jsonOf } from './mutate-value.js';
import type { RecordFile } from './record-file.js';
import { replay } from './replay.js';
import { shrinkList, shrinkValue } from './shrink.js';
import { type Found, type FuzzCase, likeness, type Step } from './types.js';

/** Bodies up to this size are shrunk byte by byte at the end. */
const BYTEWISE = 2048;

/** Makes the case of a failure smaller for as long as fresh processes still fail in the same way, at most `ms` milliseconds. */
export async function minimise(subject: Subject, found: Found, ms: number, record: RecordFile): Promise<Found> {
  if (!found.confirmed) return found;
  const until = performance.now() + ms;
  let best = found;
  /** True when the case fails as the first one did; it is the best then. */
  const fails = async (one: FuzzCase): Promise<boolean> => {
    if (performance.now() >= until) return false;
    const seen = await replay(subject, one, record);
    if (seen === undefined || likeness(seen) !== likeness(found.seen)) return false;
    best = { ...best, case: one, seen };
    return true;
  };
  await shrinkSteps(() => best.case, fails, subject);
  await shrinkAnswers(() => best.case, fails);
  // Which calls come when is all there is to a sequence.
  for (const index of found.fuzzer === 'seq' ? [] : best.case.steps.keys()) {
    const step = best.case.steps[index];
    if (step?.do !== 'call' || best.case.steps.length > 4) continue;
    const withBody = (body: Uint8Array): FuzzCase => ({
      ...best.case,
      steps: best.case.steps.with(index, { ...step, body }),
    });
    await shrinkBody(step.body, (body) => fails(withBody(body)));
  }
  return best;
}

type Fails = (one: FuzzCase) => Promise<boolean>;

/** The first registration stays where the case has one: most methods need it. */
async function shrinkSteps(now: () => FuzzCase, fails: Fails, subject: Subject): Promise<void> {
  const { steps } = now();
  const [first, ...others] = steps;
  const head = first?.do === 'register' ? [first] : [];
  const rest = head.length > 0 ? others : [...steps];
  const sound = (some: readonly Step[]) =>
    some.every((step, at) => step.do !== 'init' || some.slice(0, at).some((one) => one.do === 'shutdown'));
  await shrinkList(rest, async (some) => sound(some) && fails({ ...now(), steps: [...head, ...some] }));
  // What was done only because the step before asked for it may be the whole of it.
  const last = now().steps.at(-1);
  if (now().steps.length > 2 && methodOf(last, subject) !== undefined && last !== undefined) {
    await fails({ ...now(), steps: [...head, last] });
  }
}

async function shrinkAnswers(now: () => FuzzCase, fails: Fails): Promise<void> {
  for (const [index, answer] of (now().answers ?? []).entries()) {
    if (answer !== null) await fails({ ...now(), answers: (now().answers ?? []).with(index, null) });
  }
  const trimmed = (now().answers ?? []).findLastIndex((answer) => answer !== null);
  if (trimmed + 1 < (now().answers ?? []).length)
    await fails({ ...now(), answers: (now().answers ?? []).slice(0, trimmed + 1) });
  for (const [index, answer] of (now().answers ?? []).entries()) {
    if (answer === null) continue;
    await shrinkBody(answer.body, (body) =>
      fails({ ...now(), answers: (now().answers ?? []).with(index, { ...answer, body }) }),
    );
  }
}

/** JSON stays JSON, for a body that can be read says more; anything else is cut as bytes. */
async function shrinkBody(body: Uint8Array, fails: (body: Uint8Array) => Promise<boolean>): Promise<void> {
  let value: unknown;
  try {
    value = parseExact(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    const shrunk = (bytes: readonly number[], least: number) =>
      shrinkList(bytes, (some) => fails(Uint8Array.from(some)), least);
    // A long body is not cut byte by byte before great pieces of it are gone.
    const rest = body.length > BYTEWISE ? await shrunk([...body], 64) : [...body];
    if (rest.length <= BYTEWISE) await shrunk(rest, 1);
    return;
  }
  await shrinkValue(value, (smaller) => fails(Buffer.from(jsonOf(smaller))));
}
