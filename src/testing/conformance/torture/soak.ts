import type { Finding } from '../../../model/finding.js';
import type { Observation } from '../../../model/watch.js';
import type { Subject } from '../../subject.js';
import { crowdFields, crowdTest, experimentDeadline } from '../concurrency/crowd.js';
import { slopeOf } from '../hygiene/memory.js';
import { type LanguageFacts, languageFacts } from '../languages.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** Windows of a run; what is judged are the last half of them. */
const WINDOWS = 20;
/** Threads that call at a time. */
const THREADS = 4;
/** Descriptors or threads by which the last half has to grow. */
const LEAKED = 10;
/** How much slower the last calls are than those in the middle, and by how many microseconds at least. */
const SLOWER = 3;
const LEAST_US = 20;

/** What one window came to. */
interface Window {
  readonly made: number;
  readonly held: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Microseconds of processor time for each call. */
  readonly perCall: number;
}

/** Whether nothing grows and nothing becomes slower under a mixed load that lasts. */
export async function lasts(id: string, subject: Subject): Promise<TestOutcome> {
  const windows: Window[] = [];
  const ms = Math.max(Math.round(subject.durations.soak / WINDOWS), 20);
  const outcome = await crowdTest(id, subject, { needs: ['threads', 'proc'] }, async function* ({ perform }, calls) {
    for (let at = 0; at < WINDOWS; at++) {
      const fields = [...crowdFields(calls), ['threads', THREADS], ['ms', ms]] as const;
      const seen = await perform('torture.soak', fields, experimentDeadline(subject, ms) + ms);
      windows.push(read(seen));
      yield { how: `${THREADS} threads for ${Math.round(((at + 1) * ms) / 1000)} s`, calls, seen };
    }
  });
  const findings = windows.length < WINDOWS ? [] : judge(id, windows, languageFacts(subject.language), ms);
  return { ...outcome, findings: [...outcome.findings, ...findings] };
}

function read(seen: Observation): Window {
  const made = seen.number('made');
  return {
    made,
    held: seen.number('held'),
    descriptors: seen.number('descriptors'),
    threads: seen.number('threads'),
    perCall: seen.number('processor') / 1000 / Math.max(made, 1),
  };
}

function judge(id: string, windows: readonly Window[], facts: LanguageFacts, ms: number): Finding[] {
  const half = windows.slice(WINDOWS / 2);
  const [first, last] = [half[0], half.at(-1)];
  if (first === undefined || last === undefined) return [];
  const span = `over the last ${Math.round((half.length * ms) / 1000)} s`;
  const slope = slopeOf(windows.map(({ made, held }) => `${made} ${held}`));
  const leaks = slope.growth > 4 * facts.bytesAtFirst && slope.bytesPerCall > facts.bytesPerCall && grows(half, 'held');
  const [middle, end] = [half.slice(0, 3), half.slice(-3)].map((some) =>
    Math.min(...some.map(({ perCall }) => perCall)),
  );
  return [
    ...(leaks
      ? [
          fault(id, 'Memory grows as long as the plugin is called.', [
            `${Math.round(slope.growth / 1024)} KiB more ${span}`,
            `${slope.bytesPerCall.toFixed(1)} bytes a call`,
          ]),
        ]
      : []),
    ...(last.descriptors - first.descriptors >= LEAKED && grows(half, 'descriptors')
      ? [fault(id, 'Descriptors stay open.', [`${first.descriptors} before, ${last.descriptors} ${span}`])]
      : []),
    ...(last.threads - first.threads >= LEAKED + facts.runtimeThreads && grows(half, 'threads')
      ? [fault(id, 'Threads are started and do not end.', [`${first.threads} before, ${last.threads} ${span}`])]
      : []),
    ...(middle !== undefined && end !== undefined && end > SLOWER * middle && end - middle > LEAST_US
      ? [
          fault(id, 'Calls become slower and slower.', [
            `${middle.toFixed(1)} µs of processor time a call, ${end.toFixed(1)} µs ${span}`,
          ]),
        ]
      : []),
  ];
}

/** Whether a number is larger at the end of each third than at the one before: a step is no growth. */
function grows(half: readonly Window[], what: 'held' | 'descriptors' | 'threads'): boolean {
  const third = Math.floor(half.length / 3);
  const marks = [0, third, 2 * third, half.length - 1].map((at) => half[at]?.[what] ?? 0);
  return marks.every((mark, at) => at === 0 || mark > (marks[at - 1] ?? 0));
}
