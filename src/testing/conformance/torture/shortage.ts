import type { Finding } from '../../../model/finding.js';
import type { Field, Observation } from '../../../model/watch.js';
import { printableStart } from '../../../support/printable.js';
import type { Subject } from '../../subject.js';
import { type Golden, goldenFields, goldensOf } from '../goldens.js';
import { texts } from '../hygiene/snapshot.js';
import { languageFacts } from '../languages.js';
import { fault, type ProbeTestOptions, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** Allocations of one call that are made to fail, one in each round. */
const MOST_ALLOCATIONS = 400;

/** Milliseconds for all calls of an experiment. */
const DEADLINE_MS = 5 * 60_000;

/** What the plugin does when there is no memory. Only C can tell: the runtimes of Go and Rust end the process by design. */
export async function livesWithoutMemory(id: string, subject: Subject): Promise<TestOutcome> {
  const { name, abortsWithoutMemory } = languageFacts(subject.language);
  if (abortsWithoutMemory) return { findings: [], unproven: `without memory ${name} ends the process, by design` };
  return inNeed(id, subject, {
    experiment: 'torture.memory',
    fields: [['most', MOST_ALLOCATIONS]],
    needs: ['ledger'],
    enough: (seen) => (seen.number('failures') > 0 ? undefined : 'no call of the plugin allocates from the C library'),
    lacked: (number) => `allocation ${number} of the call failed`,
    remedy: 'Look at what malloc returns. Without memory for an envelope, return 1 with an empty slot (ABI-ERR-003).',
  });
}

/** What the plugin does when no descriptor is free. */
export async function livesWithoutDescriptors(id: string, subject: Subject): Promise<TestOutcome> {
  return inNeed(id, subject, {
    experiment: 'torture.descriptors',
    fields: [],
    needs: ['proc'],
    enough: (seen) => (seen.number('short') === 1 ? undefined : 'the system gives descriptors beyond its own limit'),
    lacked: () => 'no descriptor was free',
    remedy: 'Look at what open, socket and fopen return, and answer with an error.',
  });
}

interface Need {
  readonly experiment: string;
  readonly fields: readonly Field[];
  readonly needs: NonNullable<ProbeTestOptions['needs']>;
  /** Why the experiment proves nothing; undefined when it does. */
  enough(seen: Observation): string | undefined;
  /** What was missing, by the number that the probe tells. */
  lacked(number: string): string;
  readonly remedy: string;
}

async function inNeed(id: string, subject: Subject, need: Need): Promise<TestOutcome> {
  let unproven: string | undefined;
  const outcome = await probeTest(id, subject, { needs: need.needs }, async (trial) => {
    const { steady } = await goldensOf(subject, trial, trial.samples);
    if (steady.length === 0) {
      unproven = 'needs a call that answers the same way each time';
      return [];
    }
    const fields = [...goldenFields(steady), ...need.fields];
    const seen = await trial.perform(need.experiment, fields, DEADLINE_MS);
    unproven = need.enough(seen);
    return [...odd(id, seen, steady, need), ...spoilt(id, seen, steady, need)];
  });
  return unproven === undefined ? outcome : { unproven, ...outcome };
}

function odd(id: string, seen: Observation, calls: readonly Golden[], { lacked, remedy }: Need): Finding[] {
  const [first] = texts(seen, 'odd');
  if (first === undefined) return [];
  const [at = '', number = ''] = first.split(' ');
  const message = `${calls[Number(at)]?.method} says success, and its reply is not there.`;
  return [{ ...fault(id, message, [lacked(number), 'code 0, and no bytes in the slot']), remedy }];
}

function spoilt(id: string, seen: Observation, calls: readonly Golden[], { remedy }: Need): Finding[] {
  const at = seen.text('spoilt');
  if (at === undefined) return [];
  const golden = calls[Number(at)];
  const evidence = [
    `before: code ${golden?.code}, ${printableStart(golden?.answer.toString() ?? '')}`,
    `after: code ${seen.number('code')}, ${printableStart(seen.text('got') ?? '')}`,
  ];
  return [{ ...fault(id, `${golden?.method} has not recovered once the shortage was over.`, evidence), remedy }];
}
