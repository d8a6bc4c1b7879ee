import type { Subject } from '../../subject.js';
import { fault, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { compareSnapshots, texts } from './snapshot.js';

/** Calls of each sample in a round. */
const CALLS = 100;
/** Milliseconds for a round of one sample; slow calls are made less often. */
const BUDGET_MS = 1000;
/** Calls that a round needs for a growth to mean something. */
const FEWEST_CALLS = 20;
/** Descriptors by which each of two rounds has to grow: what is opened once, or kept in a small pool, does not. */
const LEAKED = 5;

/** Whether calls leave descriptors open: the table before and after each method, twice. */
export async function leavesNoDescriptors(id: string, subject: Subject): Promise<TestOutcome> {
  let slow = 0;
  const outcome = await probeTest(id, subject, { needs: ['proc'] }, async ({ perform, calls, samples }) => {
    const seen = await perform('state.descriptors', [...calls(), ['count', CALLS], ['budget', BUDGET_MS]], 10 * 60_000);
    const examples = texts(seen, 'examples');
    return texts(seen, 'growth').flatMap((words, index) => {
      const [made = 0, first = 0, again = 0, second = 0] = words.split(' ').map(Number);
      if (made < FEWEST_CALLS) slow++;
      if (made < FEWEST_CALLS || first < LEAKED || second < LEAKED) return [];
      const message = `Calls of ${samples[index]?.method ?? '?'} leave descriptors open.`;
      const counts = [`${first} more after ${made} calls`, `${second} more after another ${again}`];
      return [
        {
          ...fault(id, message, [...counts, ...(examples[index] ?? '').split('\n')]),
          remedy: 'Close on every way out of the call, errors included.',
        },
      ];
    });
  });
  const tooSlow = slow > 0 ? { unproven: `${slow} of the sample calls are too slow to be repeated` } : {};
  return { ...tooSlow, ...outcome };
}

/** Whether programs that the host starts would inherit what the plugin has open. */
export async function keepsDescriptors(id: string, subject: Subject): Promise<TestOutcome> {
  return compareSnapshots(id, subject, (before, later) => {
    const known = new Set(texts(before, 'fd').map(numberOf));
    const open = later.flatMap(({ seen }) => texts(seen, 'fd').filter((line) => !known.has(numberOf(line))));
    const inherited = open.filter((line) => line.split(' ')[1] === 'inherited');
    const unique = new Map(inherited.map((line) => [numberOf(line), line]));
    if (unique.size === 0) return [];
    const lines = [...unique.values()].map((line) => `descriptor ${numberOf(line)}: ${targetOf(line)}`);
    const message = `The plugin opens ${lines.length === 1 ? 'a descriptor' : `${lines.length} descriptors`} without close-on-exec.`;
    return [
      {
        ...fault(id, message, lines.slice(0, 5)),
        remedy: 'Open with O_CLOEXEC, SOCK_CLOEXEC or pipe2: what the host starts would inherit it.',
      },
    ];
  });
}

/** The lines of the probe: number, closed or inherited, read or write, target. */
function numberOf(line: string): string {
  return line.split(' ', 1)[0] ?? '';
}

/** What a descriptor leads to. */
export function targetOf(line: string): string {
  return line.split(' ').slice(3).join(' ');
}

/** Whether something can be written to a descriptor. */
export function isWritable(line: string): boolean {
  return line.split(' ')[2] === 'write';
}
