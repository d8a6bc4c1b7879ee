import fc from 'fast-check';
import type { Subject } from '../subject.js';
import { inChild, lifecycleCalls } from './child.js';
import { RecordFile } from './record-file.js';
import { replay } from './replay.js';
import { type FuzzOptions, type FuzzRun, likeness, type Seen, type Step } from './types.js';

/** Longest sequence. */
const STEPS = 24;

/**
 * Makes sequences of what a host may do, in any order, and holds the answers against what the life cycle allows. Each
 * sequence, and each that fast-check tries while it shrinks one, has a process of its own.
 */
export async function fuzzSequences(subject: Subject, options: FuzzOptions): Promise<FuzzRun> {
  const record = await RecordFile.make();
  let calls = 0;
  try {
    const steps = await possibleSteps(subject, options, record);
    let first: Seen | undefined;
    const property = fc.asyncProperty(
      fc.array(fc.oneof(...steps), { minLength: 1, maxLength: STEPS, size: 'max' }),
      async (raw) => {
        const sequence = { steps: legal(raw, subject) };
        const seen = await replay(subject, sequence, record);
        calls += sequence.steps.length;
        options.onCalls?.(sequence.steps.length);
        first ??= seen;
        return seen === undefined || first === undefined || likeness(seen) !== likeness(first);
      },
    );
    const started = performance.now();
    const seed = options.seed | 0;
    let run = await fc.check(property, { seed, numRuns: options.least ?? 1 });
    const left = options.ms - (performance.now() - started);
    if (!run.failed && left > 0) {
      const limit = { interruptAfterTimeLimit: left, markInterruptAsFailure: false };
      run = await fc.check(property, { seed: (seed + 1) | 0, numRuns: 2 ** 30, ...limit });
    }
    if (!run.failed || run.counterexample === null || first === undefined) return { calls };
    const found = { steps: legal(run.counterexample[0], subject) };
    const origin = `seed ${run.seed}, path ${run.counterexamplePath}`;
    const again = await replay(subject, found, record);
    return {
      calls,
      found: { fuzzer: 'seq', case: found, seen: again ?? first, origin, confirmed: again !== undefined },
    };
  } finally {
    await record.remove();
  }
}

/** What may be done at all, each with how often. */
async function possibleSteps(subject: Subject, { method: only }: FuzzOptions, record: RecordFile) {
  const { profile } = subject;
  const { value: samples = [] } = await inChild(subject, { record, register: true }, async (child) => child.samples);
  const calls = samples
    .filter(({ method }) => only === undefined || method === only)
    .map(
      ({ method, request }): Step => ({ do: 'call', method, body: profile.protocol.encodeRequest(request, method) }),
    );
  const lifecycle = lifecycleCalls(subject).map(
    ({ method, request }): Step => ({ do: 'call', method, body: profile.protocol.encodeRequest(request, method) }),
  );
  const often = (arbitrary: Step, weight: number) => ({ weight, arbitrary: fc.constant(arbitrary) });
  return [
    ...calls.map((one) => often(one, Math.max(1, Math.round(8 / calls.length)))),
    often({ do: 'register' }, 3),
    ...lifecycle.slice(1).map((one, index) => often(one, index === 0 ? 4 : 1)),
    // Of what comes after shutdown, and of an init that comes again, only the default host's page speaks.
    ...(profile.name === 'cpex' ? [often({ do: 'shutdown' }, 2), often({ do: 'init' }, 2)] : []),
  ];
}

/**
 * Leaves out what no host does: a second shutdown, an init while the plugin lives, and for hosts that never do it a call
 * before the registration. Ends with a plugin that can be shut down.
 */
function legal(steps: readonly Step[], { profile }: Subject): Step[] {
  const kept: Step[] = profile.name === 'cpex' ? [] : [{ do: 'register' }];
  let alive = true;
  for (const step of steps) {
    if ((step.do === 'shutdown' && !alive) || (step.do === 'init' && alive)) continue;
    if (step.do === 'shutdown') alive = false;
    if (step.do === 'init') alive = true;
    kept.push(step);
  }
  return alive ? kept : [...kept, { do: 'init' }];
}
