import type { Finding } from '../../../model/finding.js';
import type { SampleCall } from '../../../model/profile.js';
import type { Observation } from '../../../model/watch.js';
import type { Subject } from '../../subject.js';
import { fault, type ProbeTestOptions, type ProbeTrial, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** Milliseconds that each method's calls may take; slow methods are called less often. */
const LIMIT_MS = 600;

/** Replies of each method that are followed one by one. */
const FOLLOWED = 50;

/** Parts of the way at whose ends the plugin's blocks are counted. */
const WINDOWS = 10;

/** Windows at the start that do not count: tables and caches fill up. */
const SETTLING = 3;

/** Calls that it takes at least, to tell a leak from a cache. */
const FEWEST_CALLS = 100;

/** Blocks, and bytes, that each call has to leave behind in each of the windows to be called a leak. */
const LEAK = { blocks: 1 / 16, bytes: 4 };

/** How much further a plugin is followed that seems to leak. */
const LONGER = 4;

/** Room for what is left of the last call when the time is up. */
const ROOM_MS = 30_000;

/** Replies for which this share of free_buffer calls must give nothing back to be called a leak. */
const NEARLY_ALL = 0.9;

/** mem.free-len: counts what calls take and what free_buffer gives back, and compares lengths with the blocks. */
export async function freedWhole(subject: Subject): Promise<TestOutcome> {
  const id = 'mem.free-len';
  const unseen: string[] = [];
  const outcome = await countingTest(id, subject, async ({ perform, calls, samples }) => {
    const fields = [...calls(), ['count', FOLLOWED], ['limit', LIMIT_MS]] as const;
    const seen = await perform(id, fields, samples.length * (LIMIT_MS + 1000) + ROOM_MS);
    const found: Finding[] = [];
    const short = seen.all('short').map((line) => line.toString());
    if (short.length > 0) {
      found.push({
        ...fault(id, 'A reply says that it is longer than the block that it lies in.', [...new Set(short)].slice(0, 3)),
        remedy: 'len is the number of bytes of the reply, without a terminator.',
      });
    }
    const numbers = (name: string) => seen.all(name).map((value) => Number(value.toString()));
    const [replies, took, gave, left] = ['replies', 'took', 'gave', 'left'].map(numbers);
    for (const [index, method] of seen.all('method').map(String).entries()) {
      const [came = 0, cost = 0, back = 0, held = 0] = [replies, took, gave, left].map((all) => all?.[index]);
      if (came > 0 && cost === 0) unseen.push(method);
      if (came === 0 || cost < came * NEARLY_ALL || back > came * (1 - NEARLY_ALL) || held < came / 2) continue;
      found.push({
        ...fault(id, `free_buffer does not give back the replies of ${method}.`, [
          `${came} replies were freed: ${cost} of their calls had taken blocks, ${back} calls of free_buffer gave any back, ${held} blocks are held`,
        ]),
        remedy: 'Free in free_buffer the block that the reply was put into, with the allocator that it came from.',
      });
    }
    return found;
  });
  return unseen.length === 0 ? outcome : { ...outcome, unproven: `${unseen[0]} ${OWN_ALLOCATOR}` };
}

const OWN_ALLOCATOR = 'takes no blocks from malloc for its replies';

/** mem.balance: counts the blocks that stay held after many calls of each sample. */
export async function balanced(subject: Subject): Promise<TestOutcome> {
  const id = 'mem.balance';
  const reasons = new Set<string>();
  // What a Go plugin leaves to finalizers is freed when its collector runs: let it run often.
  const options = subject.language === 'go' ? { env: { ...inherited(), GOGC: '1' } } : {};
  const outcome = await countingTest(
    id,
    subject,
    async (trial) => {
      const found: Finding[] = [];
      for (const sample of trial.samples) {
        const first = await follow(trial, sample, subject.durations.leakCalls, LIMIT_MS);
        if (first.calls < FEWEST_CALLS) {
          reasons.add(`${sample.method} is too slow for ${FEWEST_CALLS} calls`);
        } else if (leaks(id, sample.method, first).length > 0) {
          // A large cache looks like a leak until it is full.
          const longer = await follow(trial, sample, subject.durations.leakCalls * LONGER, LIMIT_MS * LONGER);
          found.push(...leaks(id, sample.method, longer));
        }
      }
      return found;
    },
    options,
  );
  return reasons.size === 0 ? outcome : { ...outcome, unproven: [...reasons].join('; ') };
}

async function follow(trial: ProbeTrial, sample: SampleCall, calls: number, limitMs: number): Promise<Way> {
  const fields = [...trial.calls([sample]), ['calls', calls], ['windows', WINDOWS], ['limit', limitMs]] as const;
  return readWay(await trial.perform('mem.balance', fields, limitMs + ROOM_MS));
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

interface Way {
  readonly calls: number;
  /** Growth per call in each window. */
  readonly blocks: readonly number[];
  readonly bytes: readonly number[];
  readonly atEnd: { readonly blocks: number; readonly bytes: number };
  readonly held: readonly string[];
}

function readWay(seen: Observation): Way {
  const numbers = (name: string) => seen.all(name).map((value) => Number(value.toString()));
  const [made, blocks, bytes] = [numbers('made'), numbers('blocks'), numbers('bytes')];
  const perCall = (all: readonly number[]) =>
    all.map((value, index) => (value - (all[index - 1] ?? 0)) / Math.max(made[index] ?? 0, 1));
  return {
    calls: made.reduce((sum, one) => sum + one, 0),
    blocks: perCall(blocks),
    bytes: perCall(bytes),
    atEnd: { blocks: blocks.at(-1) ?? 0, bytes: bytes.at(-1) ?? 0 },
    held: seen.all('held').map((line) => line.toString()),
  };
}

/** A leak grows with the calls in every window; a table or a cache that fills up does not. */
function leaks(id: string, method: string, way: Way): Finding[] {
  const least = (all: readonly number[]) => Math.min(...all.slice(SETTLING));
  const [blocks, bytes] = [least(way.blocks), least(way.bytes)];
  if (blocks < LEAK.blocks && bytes < LEAK.bytes) return [];
  const what = blocks < LEAK.blocks ? `${round(bytes)} bytes` : `${round(blocks)} blocks`;
  return [
    {
      ...fault(id, `Each call of ${method} leaves ${what} behind.`, [
        `after ${way.calls} calls: ${way.atEnd.blocks} blocks and ${way.atEnd.bytes} bytes more than before`,
        ...way.held,
      ]),
      remedy: 'Free what a call allocates before it returns, and its reply in free_buffer.',
    },
  ];
}

function round(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0);
}

/** A test that needs methods to call and a record of what they allocate. */
async function countingTest(
  id: string,
  subject: Subject,
  judge: (trial: ProbeTrial) => Promise<readonly Finding[]>,
  options: ProbeTestOptions = {},
): Promise<TestOutcome> {
  let silent = false;
  const outcome = await probeTest(id, subject, { ...options, needs: ['ledger'] }, async (trial) => {
    silent = trial.samples.length === 0;
    return silent ? [] : judge(trial);
  });
  return silent ? { ...outcome, unproven: 'needs a method to call, and the plugin declares none' } : outcome;
}
