import type { Finding } from '../../../model/finding.js';
import type { Ending } from '../../../model/session.js';
import { printableStart } from '../../../support/printable.js';
import { runTrial, type Subject, type Trial, type TrialOptions } from '../../subject.js';
import { judgeEnding } from '../../verdict.js';
import { alsoIn, type Golden, goldensOf } from '../goldens.js';
import { fault } from '../probe-test.js';

/** A plugin's life in a process of its own, from its registration to its shutdown. */
export interface Life {
  readonly ending: Ending;
  /** Whether it has registered. */
  readonly registered: boolean;
  /** Calls that answered the same way each time. */
  readonly steady: readonly Golden[];
}

/** Starts the plugin, registers it, makes every sample call and shuts it down. */
export async function live(
  subject: Subject,
  options: TrialOptions,
  more: (trial: Trial, steady: readonly Golden[]) => Promise<void> = async () => undefined,
): Promise<Life> {
  let registered = false;
  let steady: readonly Golden[] = [];
  const { ending } = await runTrial(subject, options, async (trial) => {
    const { registration } = await trial.plugin.register(subject.config);
    if (registration === undefined) return;
    registered = true;
    const found = await goldensOf(subject, trial, subject.profile.protocol.sampleCalls(registration));
    steady = found.steady;
    await more(trial, steady);
  });
  return { ending, registered, steady };
}

/** What a life on the leftovers of others lacks, compared with what two untroubled ones had in common. */
export function compareLives(id: string, after: string, usual: readonly Golden[], life: Life): Finding[] {
  const death = judgeEnding(life.ending, id);
  if (death !== undefined) {
    const { message, evidence = [] } = death.finding;
    return [fault(id, `The plugin does not live again after ${after}.`, [message, ...evidence])];
  }
  if (!life.registered) return [fault(id, `The plugin does not register again after ${after}.`)];
  const now = alsoIn(usual, life.steady);
  const lost = usual.find((one) => !now.includes(one));
  if (lost === undefined) return [];
  const other = life.steady.find(({ method, body }) => method === lost.method && Buffer.compare(body, lost.body) === 0);
  return [
    fault(id, `${lost.method} answers differently after ${after}.`, [
      `before: ${printableStart(lost.answer.toString())}`,
      `after: ${printableStart(other?.answer.toString() ?? 'other answers each time')}`,
    ]),
  ];
}

/** Whether the end of a child is no fault of the plugin: our own, or the user's who wants to leave. */
export function isOurs({ kind }: Ending): boolean {
  return kind === 'harness-fault' || kind === 'cancelled';
}
