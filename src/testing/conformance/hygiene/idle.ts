import type { Subject } from '../../subject.js';
import { fault, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { callAll, texts } from './snapshot.js';

/** Milliseconds that a runtime gets to tidy up after the calls. */
const SETTLE_MS = 200;
/** Share of one processor. Good plugins in C, Go and Rust measured 0.0003 at most; a loop gets more on a crowded machine. */
const BUSY_SHARE = 0.05;
/** Wake-ups a second. Good plugins in C, Go and Rust measured 1; one that looks every millisecond has 1000. */
const RESTLESS = 200;

/** Whether the plugin leaves the processor alone while nobody asks it for anything. */
export async function restsWhenIdle(id: string, subject: Subject): Promise<TestOutcome> {
  return probeTest(id, subject, { needs: ['proc'] }, async (trial) => {
    await callAll(trial);
    const span = subject.durations.idle;
    const seen = await trial.perform('state.idle', [
      ['span', span],
      ['settle', SETTLE_MS],
    ]);
    const windows = texts(seen, 'window').map((line) => {
      const [took = 1, used = 0, woken = 0] = line.split(' ').map(Number);
      return { share: used / took, wakings: woken / (took / 1e9) };
    });
    // What a runtime does once, after the calls, shows in one window alone.
    const busy = windows.every(({ share }) => share > BUSY_SHARE);
    const restless = windows.every(({ wakings }) => wakings > RESTLESS);
    if (!busy && !restless) return [];
    const evidence = windows.map(
      ({ share, wakings }) =>
        `${(share * 100).toFixed(1)} % of a processor and ${Math.round(wakings)} wake-ups a second, over ${span} ms`,
    );
    return [
      {
        ...fault(id, 'The plugin keeps the processor busy while nothing is asked of it.', evidence),
        remedy:
          'Wait for events with a condition variable, a channel or poll, without a loop that looks again and again.',
      },
    ];
  });
}
