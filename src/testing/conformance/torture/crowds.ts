import { DEFAULT_DEADLINES } from '../../../host-process/reference-host.js';
import type { Subject } from '../../subject.js';
import { crowdFields, crowdTest, experimentDeadline } from '../concurrency/crowd.js';
import type { TestOutcome } from '../types.js';

/** Threads of `tort.256`, and calls of each. */
const THREADS = 256;
const ROUNDS = 4;
/** Milliseconds within which the calls begin. */
const CROWD_MS = 5000;
/** Milliseconds of signals. */
const STORM_MS = 1000;

/** Whether calls of 256 threads at a time bring what the same calls bring one after another. */
export async function servesManyThreads(id: string, subject: Subject): Promise<TestOutcome> {
  const limitNs = ((subject.callDeadline ?? DEFAULT_DEADLINES.call) / 2 / THREADS) * 1e6;
  return crowdTest(id, subject, {}, async function* ({ perform }, all) {
    // Calls that take turns must all have had theirs within the deadline.
    const isQuick = ({ durationNs }: { readonly durationNs: number }) => durationNs < limitNs;
    const calls = { steady: all.steady.filter(isQuick), varying: all.varying.filter(isQuick) };
    if (calls.steady.length + calls.varying.length === 0) return;
    const fields = [...crowdFields(calls), ['threads', THREADS], ['rounds', ROUNDS], ['ms', CROWD_MS]] as const;
    const seen = await perform('threads.calls', fields, experimentDeadline(subject, CROWD_MS) * 4);
    yield { how: `${THREADS} threads at once`, calls, seen };
  });
}

/** Whether calls bring what they always bring while signals interrupt them. */
export async function servesDuringSignals(id: string, subject: Subject): Promise<TestOutcome> {
  return crowdTest(id, subject, { needs: ['threads', 'proc'] }, async function* ({ perform }, calls) {
    const fields = [...crowdFields(calls), ['ms', STORM_MS]] as const;
    const seen = await perform('torture.signals', fields, experimentDeadline(subject, STORM_MS) * 4);
    yield { how: 'SIGALRM, SIGURG and SIGPROF every half millisecond', calls, seen };
  });
}
