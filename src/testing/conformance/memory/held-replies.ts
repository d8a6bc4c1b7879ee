import type { Finding } from '../../../model/finding.js';
import type { Observation } from '../../../model/watch.js';
import type { Subject } from '../../subject.js';
import { fault, type ProbeTrial, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** Replies in hand at once where their bytes are compared. */
const COMPARED = 64;

/** Replies in hand at once where the order of freeing matters. */
const HELD = 1000;

/** Milliseconds for taking replies; slow plugins are judged by fewer. */
const LIMIT_MS = 600;

/** Beyond what the calls may take: freeing, comparing. */
const ROOM_MS = 30_000;

/** mem.alias: replies that are held at once share no bytes, and later calls change none of them. */
export function aliased(subject: Subject): Promise<TestOutcome> {
  const id = 'mem.alias';
  return replyTest(id, subject, async (trial) => {
    const seen = await perform(trial, id, COMPARED);
    const found: Finding[] = [];
    const [pair] = lines(seen, 'overlap');
    if (pair !== undefined) {
      found.push({
        ...fault(id, 'Replies share their memory while both are held.', [
          pair,
          `${seen.number('shared')} pairs of ${seen.number('held')} replies overlap`,
        ]),
        remedy: OWN_BLOCK,
      });
    }
    const changed = lines(seen, 'changed');
    if (changed.length > 0) found.push(spoiled(id, 'later calls were made', changed));
    return found;
  });
}

/** mem.free-order: a thousand replies are freed in an order of chance. */
export function freedInAnyOrder(subject: Subject): Promise<TestOutcome> {
  const id = 'mem.free-order';
  return replyTest(id, subject, async (trial) => {
    const seen = await perform(trial, id, HELD, subject.seed);
    const changed = lines(seen, 'changed');
    return [
      ...(changed.length === 0 ? [] : [spoiled(id, 'others were freed', changed)]),
      ...left(id, seen, 'in another order than they were taken'),
    ];
  });
}

/** mem.free-thread: replies are freed on another thread than they were taken on. */
export function freedElsewhere(subject: Subject): Promise<TestOutcome> {
  const id = 'mem.free-thread';
  return replyTest(id, subject, async (trial) => {
    const seen = await perform(trial, id, COMPARED);
    return left(id, seen, 'on another thread than they were taken');
  });
}

/** mem.free-null: free_buffer gets a null pointer, then calls go on. */
export function freedNothing(subject: Subject): Promise<TestOutcome> {
  return probeTest('mem.free-null', subject, {}, async ({ perform, plugin, samples }) => {
    await perform('mem.free-null');
    for (const { method, request } of samples) await plugin.invoke(method, request);
    return [];
  });
}

/** mem.image-ptr: no reply lies in what was mapped from the plugin's file. */
export function inImage(subject: Subject): Promise<TestOutcome> {
  const id = 'mem.image-ptr';
  return replyTest(id, subject, async ({ perform, calls }) => {
    const inside = lines(await perform(id, calls()), 'inside');
    if (inside.length === 0) return [];
    return [
      {
        ...fault(
          id,
          "A reply lies in the plugin's own file, not in memory that was allocated for it.",
          inside.slice(0, 3),
        ),
        remedy: OWN_BLOCK,
      },
    ];
  });
}

const OWN_BLOCK = 'Allocate a block for each reply and free it in free_buffer.';

/** A test that means nothing for a plugin that declares nothing. */
async function replyTest(
  id: string,
  subject: Subject,
  judge: (trial: ProbeTrial) => Promise<readonly Finding[]>,
): Promise<TestOutcome> {
  let silent = false;
  const outcome = await probeTest(id, subject, { needs: ['threads'] }, async (trial) => {
    silent = trial.samples.length === 0;
    return silent ? [] : judge(trial);
  });
  return silent ? { ...outcome, unproven: 'needs a method to call, and the plugin declares none' } : outcome;
}

function perform({ perform, calls }: ProbeTrial, id: string, count: number, seed = 1): Promise<Observation> {
  const fields = [...calls(), ['count', count], ['limit', LIMIT_MS], ['seed', seed]] as const;
  return perform(id, fields, 2 * LIMIT_MS + ROOM_MS);
}

function lines(seen: Observation, name: string): string[] {
  return [...new Set(seen.all(name).map((line) => line.toString()))];
}

function spoiled(id: string, when: string, changed: readonly string[]): Finding {
  const message = `A reply lost its bytes while it was held and ${when}.`;
  return { ...fault(id, message, changed.slice(0, 3)), remedy: OWN_BLOCK };
}

/** Says that blocks stay behind when replies are freed in an unusual way, though not when each is freed at once. */
function left(id: string, seen: Observation, unusual: string): Finding[] {
  const [replies, before, after] = [seen.number('replies'), seen.number('held'), seen.number('left')];
  const [usual, usualAfter] = [seen.number('usual-replies'), seen.number('usual-left')];
  // Allocators of their own keep a few blocks for later; what the plugin leaks anyway is told by mem.free-len.
  if (before < replies || after < before / 2 || usualAfter > usual / 10) return [];
  return [
    {
      ...fault(id, `Replies that are freed ${unusual} are not given back.`, [
        `${replies} replies that were held together and freed so: ${before} blocks before, ${after} after`,
        `${usual} replies that were each freed before the next call: ${usualAfter} blocks after`,
      ]),
      remedy: 'free_buffer must give back the very block that it is given, whichever was taken last and by whom.',
    },
  ];
}
