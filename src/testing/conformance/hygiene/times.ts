import os from 'node:os';
import type { Finding } from '../../../model/finding.js';
import { readTextIfThere, writeFileAtomic } from '../../../support/files.js';
import type { Subject } from '../../subject.js';
import { fault, type ProbeTrial, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { texts } from './snapshot.js';

/** Calls of each sample, and milliseconds for them. */
const CALLS = 1000;
const BUDGET_MS = 1000;
/** How much slower is worth a word, and by how many microseconds at least. */
const SLOWER = 3;
const LEAST_US = 20;
/** A slower one is measured again so often; the fastest counts. */
const RETRIES = 2;

/** Microseconds of processor time: half of the calls took less than `p50`, 99 of 100 less than `p99`. */
interface Times {
  readonly p50: number;
  readonly p99: number;
}

/** What a project keeps of its first run on this machine. */
type Baseline = Readonly<Record<string, Times>>;

/** Whether calls take as long as in the first run in this project, and as long in the end as at first. */
export async function isAsFastAsBefore(id: string, subject: Subject): Promise<TestOutcome> {
  const kept = subject.times === undefined ? {} : await readBaseline(subject.times);
  const fresh: Record<string, Times> = {};
  const outcome = await probeTest(id, subject, { needs: ['proc'] }, async (trial) => {
    const findings: Finding[] = [];
    for (const [index, { method }] of trial.samples.entries()) {
      const key = `${subject.target.name} ${os.cpus()[0]?.model ?? 'processor'} ${method} ${index}`;
      const first = kept[key];
      const found = await slowness(trial, index, first);
      fresh[key] = first ?? found.times;
      if (found.words.length === 0) continue;
      findings.push({
        ...fault(id, `Calls of ${method} have become slower.`, found.words),
        remedy: remedyFor(subject),
      });
    }
    return findings;
  });
  if (subject.times !== undefined && outcome.findings.length === 0 && Object.keys(fresh).length > 0) {
    await writeFileAtomic(subject.times, `${JSON.stringify({ ...kept, ...fresh }, null, 2)}\n`);
  }
  return outcome;
}

interface Measured {
  readonly all: Times;
  /** The first fifth of the calls, and the last. */
  readonly begin: Times;
  readonly end: Times;
}

interface Slowness {
  readonly times: Times;
  /** What is slower than it was; empty when nothing is. */
  readonly words: readonly string[];
}

/** What is slow once may be so because of the machine; what is slow each time is not. */
async function slowness(trial: ProbeTrial, index: number, first: Times | undefined): Promise<Slowness> {
  const { begin, ...found } = await measure(trial, index);
  let { all, end } = found;
  for (let retry = 0; retry < RETRIES; retry++) {
    if (!isSlower(begin.p50, end.p50) && (first === undefined || !isSlower(first.p50, all.p50))) break;
    const again = await measure(trial, index);
    if (again.all.p50 < all.p50) all = again.all;
    end = again.end;
  }
  const words = [
    ...(first !== undefined && isSlower(first.p50, all.p50)
      ? [`p50 ${us(all.p50)}, ${us(first.p50)} in the first run here; p99 ${us(all.p99)}, ${us(first.p99)} then`]
      : []),
    ...(isSlower(begin.p50, end.p50)
      ? [`p50 of the last calls ${us(end.p50)}, of the first ${us(begin.p50)}: each call makes the next one slower`]
      : []),
  ];
  return { times: all, words };
}

async function measure({ perform, calls, samples }: ProbeTrial, index: number): Promise<Measured> {
  const one = samples[index];
  const fields = [...calls(one === undefined ? [] : [one]), ['count', CALLS], ['budget', BUDGET_MS]] as const;
  const seen = await perform('state.times', fields, 10 * 60_000);
  const [all, begin, end] = ['all', 'first', 'last'].map((part) => timesOf(texts(seen, part)[0] ?? ''));
  if (all === undefined || begin === undefined || end === undefined) throw new RangeError('There are no times.');
  return { all, begin, end };
}

/** Reads count, median and 99th of a hundred in nanoseconds. */
function timesOf(line: string): Times {
  const [, p50 = 0, p99 = 0] = line.split(' ').map(Number);
  return { p50: p50 / 1000, p99: p99 / 1000 };
}

function isSlower(before: number, after: number): boolean {
  return after > before * SLOWER && after - before > LEAST_US;
}

function us(microseconds: number): string {
  return `${microseconds.toFixed(1)} µs`;
}

function remedyFor({ times }: Subject): string {
  return times === undefined
    ? 'Look for lists and maps that grow with every call.'
    : `Profile the call. When it has to take longer now, remove ${times} and run the test again.`;
}

async function readBaseline(file: string): Promise<Baseline> {
  try {
    return JSON.parse((await readTextIfThere(file)) ?? '{}') as Baseline;
  } catch {
    // A damaged file is written anew.
    return {};
  }
}
