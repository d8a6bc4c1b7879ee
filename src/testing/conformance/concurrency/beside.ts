import type { AnswerInstead } from '../../../host-process/reference-host.js';
import { DEFAULT_DEADLINES } from '../../../host-process/reference-host.js';
import type { Field, Observation } from '../../../model/watch.js';
import type { Subject } from '../../subject.js';
import { languageFacts } from '../languages.js';
import { fault, type ProbeTrial } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { type CrowdCalls, type CrowdRun, crowdFields, crowdTest, experimentDeadline, isOfPlugin } from './crowd.js';

/** Threads that call at the same time. */
const CROWDS = [2, 8, 32];

/** Milliseconds for all experiments of one test together, and rounds of one thread in each: at most, and at least. */
const TOTAL_MS = 150;
const ROUNDS = 100;
const LEAST = 8;

/** A call that takes longer, in nanoseconds, is made once by each thread if time is short. */
const QUICK_NS = 1e6;

/** One method at a time from many threads. */
export function same(subject: Subject): Promise<TestOutcome> {
  return crowdTest('conc.same', subject, {}, async function* (trial, calls) {
    const methods = byMethod(calls);
    const ms = TOTAL_MS / CROWDS.length / methods.length;
    for (const one of methods) {
      for (const threads of CROWDS) yield beside(subject, trial, one, threads, ms);
    }
  });
}

/** All methods from many threads. */
export function mixed(subject: Subject): Promise<TestOutcome> {
  return crowdTest('conc.mixed', subject, {}, async function* (trial, calls) {
    for (const threads of CROWDS) yield beside(subject, trial, calls, threads, TOTAL_MS / CROWDS.length);
  });
}

async function beside(
  subject: Subject,
  trial: ProbeTrial,
  calls: CrowdCalls,
  threads: number,
  ms: number,
): Promise<CrowdRun> {
  const quick = [...calls.steady, ...calls.varying].every(({ durationNs }) => durationNs < QUICK_NS);
  const fields: Field[] = [
    ...crowdFields(calls),
    ['threads', threads],
    ['rounds', ROUNDS],
    ['least', quick ? LEAST : 1],
    ['ms', ms],
  ];
  const seen = await trial.perform('threads.calls', fields, experimentDeadline(subject, ms));
  return { how: `${threads} threads at once`, calls, seen };
}

function byMethod({ steady, varying }: CrowdCalls): CrowdCalls[] {
  const methods = new Set([...steady, ...varying].map(({ method }) => method));
  return [...methods].map((wanted) => ({
    steady: steady.filter(({ method }) => method === wanted),
    varying: varying.filter(({ method }) => method === wanted),
  }));
}

/** A call, a free and the shutdown on threads of their own. */
export function migrate(subject: Subject): Promise<TestOutcome> {
  return crowdTest('conc.migrate', subject, {}, async function* (trial, calls) {
    const seen = await trial.perform('threads.migrate', crowdFields(calls), experimentDeadline(subject, 0));
    yield { how: 'init, call, free and shutdown on threads of their own', calls, seen };
  });
}

/** Replies that other threads free. */
export function freeRace(subject: Subject): Promise<TestOutcome> {
  return crowdTest('conc.free-race', subject, {}, async function* (trial, calls) {
    const ms = TOTAL_MS / 2;
    const fields: Field[] = [...crowdFields(calls), ['callers', 4], ['threads', 8], ['rounds', 1000], ['ms', ms]];
    const seen = await trial.perform('threads.free-race', fields, experimentDeadline(subject, ms));
    yield { how: '4 threads that call and 8 that free their replies', calls, seen };
  });
}

/** Milliseconds that the host takes for its first answers, so that abandoned calls last. */
const HELD_MS = 30;
const HELD_ANSWERS = 8;

/** Calls whose caller has given up. */
export function abandon(subject: Subject): Promise<TestOutcome> {
  let left = 0;
  const answer: AnswerInstead = async (_method, _request, _context, usual) => {
    const reply = await usual();
    if (left > 0) {
      left--;
      await new Promise((resolve) => setTimeout(resolve, HELD_MS));
    }
    return reply;
  };
  return crowdTest('conc.abandon', subject, { answer }, async function* (trial, calls) {
    left = HELD_ANSWERS;
    const fields: Field[] = [...crowdFields(calls), ['threads', 4], ['rounds', 4]];
    const seen = await trial.perform('threads.abandon', fields, experimentDeadline(subject, HELD_ANSWERS * HELD_MS));
    yield { how: '4 calls that nobody waits for', calls, seen };
  });
}

/** Threads of the churn: so many windows, after each of which the process is looked at, of so many threads. */
const WINDOWS = 5;
const WINDOW = 200;

/** Threads of a window that are too few to tell a leak from noise. */
const TOO_FEW = 50;

/** A thousand threads that make one call each and end. */
export async function churn(subject: Subject): Promise<TestOutcome> {
  let grown: string[] = [];
  const outcome = await crowdTest('conc.churn', subject, {}, async function* (trial, calls) {
    // A slow plugin gets fewer threads: time is what the deadline is about.
    const limitMs = (subject.callDeadline ?? DEFAULT_DEADLINES.call) / 8 / WINDOWS;
    const slowest = Math.max(...[...calls.steady, ...calls.varying].map(({ durationNs }) => durationNs / 1e6));
    const threads = Math.min(WINDOW, 8 * Math.ceil(limitMs / slowest / 8));
    const fields: Field[] = [...crowdFields(calls), ['windows', WINDOWS], ['threads', threads]];
    const seen = await trial.perform('threads.churn', fields, experimentDeadline(subject, 1000));
    if (threads >= TOO_FEW) grown = growth(subject, seen, threads);
    yield { how: `${WINDOWS * threads} threads that make one call each`, calls, seen };
  });
  if (grown.length === 0) return outcome;
  const finding = {
    ...fault('conc.churn', 'Threads that make one call and end leave something behind.', grown),
    remedy: 'What is kept per thread has to be freed when the thread ends: a destructor of the thread-specific key.',
  };
  return { ...outcome, findings: [...outcome.findings, finding] };
}

/**
 * What has grown by something for each thread, in each of the last windows: caches fill up once. What as many calls of one
 * thread leave behind, in the plugin or in its host, is taken off.
 */
function growth(subject: Subject, seen: Observation, threads: number): string[] {
  const { runtimeThreads, bytesPerThread } = languageFacts(subject.language);
  const kinds = [
    { name: 'held', least: threads * bytesPerThread, words: (each: number) => `${Math.round(each)} bytes of memory` },
    { name: 'mappings', least: threads / 2, words: (each: number) => `${each.toFixed(2)} mappings` },
    { name: 'threads', least: threads / 2 + runtimeThreads, words: (each: number) => `${each.toFixed(2)} threads` },
    { name: 'descriptors', least: threads / 2, words: (each: number) => `${each.toFixed(2)} descriptors` },
    { name: 'keys', least: threads / 2, words: (each: number) => `${each.toFixed(2)} keys for thread-specific data` },
  ];
  const told = kinds.filter(({ name }) => isOfPlugin(name, subject));
  return told.flatMap(({ name, least, words }) => {
    const values = seen.all(name).map((bytes) => Number(bytes.toString()));
    if (values.length < 2 * WINDOWS) return [];
    const alone = Math.max(...lastSteps(values.slice(0, WINDOWS)), 0);
    const last = lastSteps(values.slice(WINDOWS)).map((step) => step - alone);
    if (last.some((step) => step < least)) return [];
    const each = last.reduce((sum, step) => sum + step, 0) / last.length / threads;
    return [`${words(each)} for each thread, in each of the last ${last.length} rounds of ${threads}`];
  });
}

/** The growth in each of the last three windows. */
function lastSteps(values: readonly number[]): number[] {
  return values
    .slice(1)
    .map((value, index) => value - (values[index] ?? value))
    .slice(-3);
}
