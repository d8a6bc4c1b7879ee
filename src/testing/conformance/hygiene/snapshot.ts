import os from 'node:os';
import type { Finding } from '../../../model/finding.js';
import type { Observation } from '../../../model/watch.js';
import type { Subject } from '../../subject.js';
import { ownEnvironment } from '../private-home.js';
import { type ProbeTrial, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** The state of the plugin's process at one moment, as the probe tells it: texts by what they are about. */
export interface Snapshot {
  /** When it was taken, as the end of a sentence: `in a call`. */
  readonly when: string;
  readonly seen: Observation;
}

/** How often each sample is called between two looks. */
const ROUNDS = 2;

/** Milliseconds that threads of a plugin get to end after shutdown. */
const SETTLE_MS = 20;

/** A locale that is there everywhere, so that a plugin that takes over the user's changes something. */
const USERS_LOCALE = 'C.UTF-8';

/**
 * Looks at the state of the process before the plugin is loaded, and again when it has registered, been called and been
 * shut down, in a child of its own.
 * @param judge compares the first look with the later ones
 */
export async function compareSnapshots(
  id: string,
  subject: Subject,
  judge: (before: Observation, later: readonly Snapshot[]) => readonly Finding[],
): Promise<TestOutcome> {
  const env = { ...ownEnvironment(), LC_ALL: USERS_LOCALE };
  return probeTest(id, subject, { needs: ['proc'], watch: { prepare: 'snapshot' }, env }, async (trial) => {
    const before = await trial.perform('state.before');
    const registered = await trial.perform('state.now');
    await callAll(trial);
    const called = await trial.perform('state.now');
    const ended = await trial.perform('state.end', [['settle', SETTLE_MS]]);
    return judge(before, [
      { when: 'by init or registration', seen: registered },
      { when: 'by a call', seen: called },
      { when: 'by shutdown', seen: ended },
    ]);
  });
}

/** Calls every sample; on the main thread of the probe, where the looks are taken too. */
export async function callAll({ plugin, samples }: ProbeTrial, rounds = ROUNDS): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const { method, request } of samples) await plugin.invoke(method, request);
  }
}

/** All texts of one kind. */
export function texts(seen: Observation, kind: string): string[] {
  return seen.all(kind).map(String);
}

/** Name of a signal by its number on this system. */
export function signalName(number: number): string {
  const found = Object.entries(os.constants.signals).find(([, one]) => one === number);
  return found?.[0] ?? `signal ${number}`;
}
