import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Finding } from '../../../model/finding.js';
import type { Field, Observation } from '../../../model/watch.js';
import type { Subject } from '../../subject.js';
import { crowdFields, crowdTest, experimentDeadline, isOfPlugin } from '../concurrency/crowd.js';
import { languageFacts } from '../languages.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** Milliseconds that the process runs on without the library. */
const WITHOUT_MS = 200;

/** Unloading, and a while without the library. */
export function unload(subject: Subject): Promise<TestOutcome> {
  return unloading(subject, 'life.unload', 'life.unload', [['wait', WITHOUT_MS]], WITHOUT_MS);
}

/** Unloading while a thread is there that has called the plugin, and its end afterwards. */
export function unloadThreadExit(subject: Subject): Promise<TestOutcome> {
  return unloading(subject, 'life.unload-thread-exit', 'life.unload-thread', [], 0);
}

/** A library that stays in memory lives on, which harms nobody: only what is gone can be missed. */
async function unloading(
  subject: Subject,
  id: string,
  experiment: string,
  more: readonly Field[],
  ms: number,
): Promise<TestOutcome> {
  const { notUnloadable } = languageFacts(subject.language);
  if (notUnloadable !== undefined) return { findings: [], unproven: notUnloadable };
  return crowdTest(id, subject, { needs: ['unload', 'threads'], few: true }, async function* (trial, calls) {
    const fields: Field[] = [...crowdFields(calls), ...more];
    const seen = await trial.perform(experiment, fields, experimentDeadline(subject, ms));
    yield { how: 'calls before an unloading', calls, seen };
  });
}

/** Rounds of loading and unloading; the last of them have to leave nothing behind. */
const ROUNDS = 20;
const LAST = 10;

/** What must not grow in every round, with the least that counts. */
const GROWING: readonly (readonly [name: string, words: string])[] = [
  ['descriptors', 'descriptors'],
  ['threads', 'threads'],
  ['mappings', 'mappings'],
  ['bytes', 'bytes of address space'],
  ['keys', 'keys for thread-specific data'],
];

/** Loading and unloading, round after round. */
export async function reload(subject: Subject): Promise<TestOutcome> {
  const id = 'life.reload';
  const { notUnloadable } = languageFacts(subject.language);
  if (notUnloadable !== undefined) return { findings: [], unproven: notUnloadable };
  const found: Finding[] = [];
  const outcome = await crowdTest(
    id,
    subject,
    { needs: ['unload', 'proc'], few: true },
    async function* (trial, calls) {
      const fields: Field[] = [...crowdFields(calls), ...beginning(subject), ['rounds', ROUNDS]];
      const seen = await trial.perform('life.reload', fields, experimentDeadline(subject, 1000));
      found.push(...refused(id, `In round ${seen.number('rounds') + 1} of loading`, seen), ...grown(id, subject, seen));
      yield { how: 'an unloading and a loading before them', usual: 'without those', calls, seen };
    },
  );
  return { ...outcome, findings: [...found, ...outcome.findings] };
}

function grown(id: string, subject: Subject, seen: Observation): Finding[] {
  const evidence = GROWING.filter(([name]) => isOfPlugin(name, subject)).flatMap(([name, words]) => {
    const values = seen.all(name).map((value) => Number(value.toString()));
    const steps = values.slice(1).map((value, index) => value - (values[index] ?? value));
    const last = steps.slice(-LAST);
    if (last.length < LAST || last.some((step) => step <= 0)) return [];
    return [
      `${words}: ${values.at(-LAST - 1)} after round ${values.length - LAST}, ${values.at(-1)} after round ${values.length}`,
    ];
  });
  if (evidence.length === 0) return [];
  return [
    {
      ...fault(id, 'Each round of loading and unloading leaves something behind.', evidence),
      remedy: 'Give back in shutdown what init has taken.',
    },
  ];
}

/** The plugin's first call in a life that the probe begins by itself. */
function beginning({ profile, config }: Subject): Field[] {
  const { method, body } = profile.protocol.registration({ config });
  return [
    ['entry', profile.native?.entry ?? ''],
    ['first', method],
    ['with', body],
  ];
}

function refused(id: string, when: string, seen: Observation): Finding[] {
  const said = seen.text('said');
  if (said !== undefined) return [fault(id, `${when} the library was not loaded.`, [said])];
  const code = seen.text('refused');
  return code === undefined ? [] : [fault(id, `${when} init returned ${code}.`)];
}

/** The same file under two paths in one process. */
export async function copy(subject: Subject): Promise<TestOutcome> {
  const id = 'life.copy';
  const { notTwice } = languageFacts(subject.language);
  if (notTwice !== undefined) return { findings: [], unproven: notTwice };
  const found: Finding[] = [];
  const outcome = await crowdTest(id, subject, { needs: ['unload'], few: true }, async function* (trial, calls) {
    // In a folder of its own: the name of a plugin's file may mean something.
    const place = path.join(trial.folder, 'copy');
    const file = path.join(place, path.basename(subject.artefact));
    await mkdir(place);
    await copyFile(subject.artefact, file);
    const fields: Field[] = [...crowdFields(calls), ...beginning(subject), ['copy', file]];
    const seen = await trial.perform('life.copy', fields, experimentDeadline(subject, 0));
    found.push(...refused(id, 'As a copy beside itself', seen));
    if (Number(seen.text('registered') ?? 0) !== 0) {
      found.push(fault(id, `The registration of a copy beside the library returned ${seen.text('registered')}.`));
    }
    yield {
      how: 'a copy of the library in the same process',
      usual: 'without it',
      remedy: 'Name locks and files after something that each copy has for itself.',
      calls,
      seen,
    };
  });
  return { ...outcome, findings: [...found, ...outcome.findings] };
}
