import { setTimeout as pause } from 'node:timers/promises';
import type { Observation } from '../../../model/watch.js';
import type { Subject } from '../../subject.js';
import { languageFacts } from '../languages.js';
import { fault, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

const ID = 'life.threads';

/** Threads of the probe that were not there yet when it looked before the plugin was loaded. */
const LATER = 1;

/** Calls of all samples together, and so many times more as a runtime may keep threads: one for each call shows. */
const CALLS = 20;
const MORE = 2;

/** Looks at the threads after shutdown, each so many milliseconds after the one before: some take a moment to end. */
const LOOKS = 10;
const BETWEEN_MS = 50;

/** The threads of the process after shutdown are those that were there before the plugin was. */
export function threads(subject: Subject): Promise<TestOutcome> {
  const { runtimeThreads } = languageFacts(subject.language);
  return probeTest(ID, subject, { needs: ['proc'], watch: { prepare: 'snapshot' } }, async (trial) => {
    const before = threadsOf(await trial.perform('state.before')).length + LATER;
    const rounds = Math.ceil((CALLS + MORE * runtimeThreads) / Math.max(trial.samples.length, 1));
    for (let round = 0; round < rounds; round++) {
      for (const { method, request } of trial.samples) await trial.plugin.invoke(method, request);
    }
    const busy = threadsOf(await trial.perform('state.now'));
    let left = threadsOf(await trial.perform('state.end', [['settle', 0]]));
    for (let look = 0; look < LOOKS && left.length > before; look++) {
      await pause(BETWEEN_MS);
      left = threadsOf(await trial.perform('state.now'));
    }
    if (left.length <= before + runtimeThreads) return [];
    const evidence = [
      `before it was loaded: ${before}, after ${rounds} rounds of calls: ${busy.length}, after shutdown: ${left.length}`,
      ...left.slice(before, before + 3).map((thread) => `still there: thread ${thread}`),
    ];
    const finding = fault(ID, `${left.length - before} threads of the plugin go on after shutdown.`, evidence);
    return [{ ...finding, remedy: 'Tell threads to end, and wait for them, before shutdown returns.' }];
  });
}

/** Threads as `id name`, the oldest first. */
function threadsOf(seen: Observation): string[] {
  return seen.all('thread').map(String);
}
