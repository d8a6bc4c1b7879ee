import type { Finding } from '../../../model/finding.js';
import type { SampleCall } from '../../../model/profile.js';
import type { Subject } from '../../subject.js';
import { type LanguageFacts, languageFacts } from '../languages.js';
import { fault, type ProbeTrial, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { texts } from './snapshot.js';

/** Windows per series; the slope is that of the last half, when caches are full. */
const WINDOWS = 20;
/** Milliseconds for one series; slow calls are made less often. */
const BUDGET_MS = 4000;
/** Calls in the last half of a series for a slope to mean something. */
const FEWEST_CALLS = 200;
/** A leak goes on for ever: it has to show in each of so many series, each twice as long as the one before. */
const SERIES = 3;
/** More of them are made as long as what has grown may be what a runtime takes once for all. */
const MOST_SERIES = 8;

/** Memory over calls, by the method of least squares. */
export interface Slope {
  readonly calls: number;
  readonly bytesPerCall: number;
  readonly growth: number;
}

/** The slope of the last half of a series: lines of calls made in a window and bytes held after it. */
export function slopeOf(windows: readonly string[]): Slope {
  let calls = 0;
  const points = windows.map((line) => {
    const [made = 0, held = 0] = line.split(' ').map(Number);
    calls += made;
    return { x: calls, y: held };
  });
  const half = points.slice(Math.floor(points.length / 2));
  const mean = (value: (one: { x: number; y: number }) => number) =>
    half.reduce((sum, one) => sum + value(one), 0) / Math.max(half.length, 1);
  const [x, y] = [mean((one) => one.x), mean((one) => one.y)];
  const spread = half.reduce((sum, one) => sum + (one.x - x) ** 2, 0);
  const together = half.reduce((sum, one) => sum + (one.x - x) * (one.y - y), 0);
  const [first, last] = [half[0], half.at(-1)];
  return {
    calls: (last?.x ?? 0) - (first?.x ?? 0),
    bytesPerCall: spread === 0 ? 0 : together / spread,
    growth: (last?.y ?? 0) - (first?.y ?? 0),
  };
}

/** Whether memory goes on growing with the calls of a method. */
export async function holdsNoMemory(id: string, subject: Subject): Promise<TestOutcome> {
  const { language, durations } = subject;
  let slow = 0;
  const outcome = await probeTest(id, subject, { needs: ['proc'] }, async (trial) => {
    const findings: Finding[] = [];
    for (const sample of trial.samples) {
      const slope = await leakOf(trial, sample, durations.leakCalls, languageFacts(language));
      if (slope === 'slow') slow++;
      if (slope === undefined || slope === 'slow') continue;
      const evidence = [
        `${Math.round(slope.bytesPerCall)} bytes more with each call, over the last ${slope.calls} calls`,
        `${Math.round(slope.growth / 1024)} KiB more in these; ${languageFacts(language).bytesPerCall} bytes a call may be noise`,
      ];
      findings.push({
        ...fault(id, `Memory grows with every call of ${sample.method}.`, evidence),
        remedy: 'Look for what each call allocates and nobody frees: valgrind for C, pprof for Go, heaptrack for Rust.',
      });
    }
    return findings;
  });
  const tooSlow = slow > 0 ? { unproven: `${slow} of the sample calls are too slow for a leak to show` } : {};
  return { ...tooSlow, ...outcome };
}

async function leakOf(
  { perform, calls }: Pick<ProbeTrial, 'perform' | 'calls'>,
  sample: SampleCall,
  leakCalls: number,
  { bytesPerCall, bytesAtFirst }: LanguageFacts,
): Promise<Slope | 'slow' | undefined> {
  let grown = 0;
  for (let series = 0; series < MOST_SERIES; series++) {
    const longer = 2 ** series;
    const perWindow = Math.ceil((leakCalls / WINDOWS) * longer);
    const fields = [...calls([sample]), ['windows', WINDOWS], ['calls', perWindow], ['budget', BUDGET_MS]] as const;
    const slope = slopeOf(texts(await perform('state.memory', fields, 10 * 60_000), 'window'));
    if (slope.calls < FEWEST_CALLS) return 'slow';
    if (slope.bytesPerCall < bytesPerCall) return undefined;
    grown += slope.growth;
    if (series + 1 >= SERIES && grown >= bytesAtFirst) return slope;
  }
  // It grows, and too slowly to be told from a runtime that settles.
  return 'slow';
}
