import fc, { type Arbitrary } from 'fast-check';
import type { SampleCall } from '../../model/profile.js';
import type { Subject } from '../subject.js';
import { type FuzzChild, inChild, lifecycleCalls, stepFields } from './child.js';
import { confirm } from './confirm.js';
import { jsonOf, mutated } from './mutate-value.js';
import { RecordFile } from './record-file.js';
import { recovered } from './recovered.js';
import { replay } from './replay.js';
import { brokenRules, repliesOf } from './replies.js';
import { requestsLike } from './schema-values.js';
import { type Found, type FuzzCase, type FuzzOptions, type FuzzRun, likeness, type Seen, type Step } from './types.js';

/**
 * Values of one method before the next has its turn. Each brings up to `PLANS` changed forms of itself along: to make a
 * value costs fast-check more than ten calls cost.
 */
const VALUES = 40;
const PLANS = 24;

/** A value that fits its schema, and numbers that choose changes to it. */
type Draft = readonly [value: unknown, plans: readonly number[]];

interface Batch {
  readonly method: string;
  readonly drafts: Arbitrary<Draft>;
  readonly seed: number;
  readonly values: readonly Draft[];
  /** All calls of the batch, and for each the index of the value that it comes from. */
  readonly calls: readonly Step[];
  readonly origins: readonly number[];
}

/** Makes values from the schemas, valid and changed, and has the probe call the plugin with whole batches of them. */
export async function fuzzStruct(subject: Subject, options: FuzzOptions): Promise<FuzzRun> {
  const record = await RecordFile.make();
  let calls = 0;
  let batch: Batch | undefined;
  try {
    const { value, ending, round } = await inChild(subject, { record, register: true }, async (child) => {
      // From here on: a child that starts slowly takes nothing of the time.
      const until = performance.now() + options.ms;
      const batches = batchesOf(subject, child.samples, options);
      if (batches === undefined) return 'nothing';
      let next = batches.next().value;
      while (performance.now() < until) {
        batch = next;
        // The next one is made while the probe is busy with this one.
        const running = callAll(child, batch, subject);
        running.catch(() => undefined);
        next = batches.next().value;
        const broken = await running;
        calls += batch.calls.length;
        options.onCalls?.(batch.calls.length);
        if (broken !== undefined) return broken;
        const stuck = await recovered(child, subject);
        if (stuck !== undefined) return { round: undefined, findings: [stuck] };
      }
      return undefined;
    });
    if (value === 'nothing') return { calls, unproven: 'declares nothing that could be called' };
    if (batch === undefined || (ending.kind === 'clean' && value === undefined)) return { calls };
    const seen: Seen =
      ending.kind === 'clean'
        ? { kind: 'answer', step: 1, findings: typeof value === 'object' ? value.findings : [] }
        : { kind: 'died', ending };
    return { calls, found: await shrink(subject, batch, round ?? (value as { round?: number })?.round, seen, record) };
  } finally {
    await record.remove();
  }
}

/** How large batches are; the benchmark has smaller ones. */
interface BatchSize {
  readonly values?: number;
  readonly plans?: number;
}

/** Batches without end, each from a seed of its own. Undefined where there is no method. */
export function batchesOf(
  subject: Subject,
  samples: readonly SampleCall[],
  {
    seed,
    method: only,
    values: numRuns = VALUES,
    plans: maxLength = PLANS,
  }: Pick<FuzzOptions, 'seed' | 'method'> & BatchSize,
): Generator<Batch, never> | undefined {
  const { profile } = subject;
  const lifecycle = lifecycleCalls(subject).map((call): SampleCall => ({ ...call, capability: '' }));
  const all = [...samples, ...lifecycle].filter(({ method }) => only === undefined || method === only);
  if (all.length === 0) return undefined;
  const plans = fc.array(fc.nat(2 ** 31 - 1), { maxLength, size: 'max' });
  const arbitraries = all.map((sample) => fc.tuple(requestsLike(sample, profile), plans));
  return (function* () {
    for (let count = 0; ; count++) {
      const at = count % all.length;
      const { method } = all[at] as SampleCall;
      const drafts = arbitraries[at] as Arbitrary<Draft>;
      const own = (seed + count) | 0;
      const values = fc.sample(drafts, { seed: own, numRuns });
      const bodies = values.map((draft) => bodiesOf(draft, method, subject));
      yield {
        method,
        drafts,
        seed: own,
        values,
        calls: bodies.flat().map((body): Step => ({ do: 'call', method, body })),
        origins: bodies.flatMap((some, index) => some.map(() => index)),
      };
    }
  })();
}

function bodiesOf([value, plans]: Draft, method: string, { profile }: Subject): Uint8Array[] {
  const valid = profile.name === 'cpex' ? Buffer.from(jsonOf(value)) : profile.protocol.encodeRequest(value, method);
  return [valid, ...plans.map((plan) => Buffer.from(mutated(value, plan)))];
}

async function callAll(child: FuzzChild, { calls, method }: Batch, subject: Subject) {
  const seen = await child.perform('fuzz.steps', stepFields(calls, subject), calls.length);
  for (const reply of repliesOf(seen)) {
    const findings = brokenRules(reply, method, subject);
    if (findings.length > 0) return { round: reply.round, findings };
  }
  return undefined;
}

/** Has fast-check shrink the value at which a batch failed; each candidate gets a process of its own. */
async function shrink(
  subject: Subject,
  { method, drafts, seed, calls, origins }: Batch,
  round: number | undefined,
  seen: Seen,
  record: RecordFile,
): Promise<Found> {
  const met = { fuzzer: 'struct' as const, seen };
  const start: Step = { do: 'register' };
  const whole: FuzzCase = { steps: [start, ...calls.slice(0, round === undefined ? undefined : round + 1)] };
  const index = round === undefined ? undefined : origins[round];
  if (index === undefined) return confirm(subject, { ...met, origin: `seed ${seed}` }, [whole], record);
  const caseOf = (draft: Draft): FuzzCase => ({
    steps: [start, ...bodiesOf(draft, method, subject).map((body): Step => ({ do: 'call', method, body }))],
  });
  const property = fc.asyncProperty(drafts, async (draft) => {
    const again = await replay(subject, caseOf(draft), record);
    return again === undefined || likeness(again) !== likeness(seen);
  });
  const run = await fc.check(property, {
    seed,
    path: String(index),
    numRuns: 1,
    interruptAfterTimeLimit: Math.max(500, subject.durations.fuzz / 2),
  });
  if (!run.failed || run.counterexample === null) {
    return confirm(subject, { ...met, origin: `seed ${seed}, path ${index}` }, [whole], record);
  }
  const [draft] = run.counterexample;
  const origin = `seed ${run.seed}, path ${run.counterexamplePath ?? index}`;
  return confirm(subject, { ...met, origin }, [caseOf(draft), whole], record);
}
