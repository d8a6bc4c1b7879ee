import type { TestResult } from '../../model/event.js';
import { FAILING } from '../../report/reporters/reporter.js';
import type { Limiter } from '../../support/limiter.js';
import type { Subject } from '../subject.js';
import { runConformanceTest, skipped, unjudged } from './run.js';
import type { ConformanceTest } from './types.js';

/** How the tests of a catalogue are run on one plugin. */
export interface SuiteOptions {
  /** Why a test is not wanted; undefined when it is. */
  readonly reason: (test: ConformanceTest) => string | undefined;
  /** Children at the same time. */
  readonly limit: Limiter;
  /** How often each test runs; those whose runs differ are flaky. */
  readonly repeat: number;
  /** Why nothing more is to be started; throws after Ctrl-C. */
  readonly stopReason: () => string | undefined;
  readonly started?: (test: ConformanceTest) => void;
  readonly ended?: (result: TestResult) => void;
}

/**
 * Runs tests side by side, each after those that it builds on.
 * @returns their results in the order of the catalogue, whatever order they ended in
 */
export async function runSuite(
  tests: readonly ConformanceTest[],
  subject: Subject,
  options: SuiteOptions,
): Promise<TestResult[]> {
  const done = new Map<string, Promise<TestResult>>();
  const end = tests.find(({ judgesEnd }) => judgesEnd)?.id;
  for (const test of tests) done.set(test.id, judge(test, subject, { done, end }, options));
  // All of them, so that each has cleaned up when one was interrupted.
  const settled = await Promise.allSettled(done.values());
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

type Done = ReadonlyMap<string, Promise<TestResult>>;

/** The results so far, and the test that judges how the plugin ends. */
interface Course {
  readonly done: Done;
  readonly end: string | undefined;
}

async function judge(
  test: ConformanceTest,
  subject: Subject,
  { done, end }: Course,
  options: SuiteOptions,
): Promise<TestResult> {
  const why = options.reason(test) ?? unjudged(test, subject) ?? (await unmet(test, done)) ?? options.stopReason();
  if (why !== undefined) return skipped(test, why);
  // A shutdown that fails is reported once, by its own test.
  const ending = test.level > 1 && end !== undefined ? await done.get(end) : undefined;
  const killAtEnd = ending !== undefined && FAILING.has(ending.verdict);
  return options.limit(async () => {
    // Another test may have failed while this one waited for its turn.
    const stopped = options.stopReason();
    if (stopped !== undefined) return skipped(test, stopped);
    options.started?.(test);
    const result = await runConformanceTest(test, { ...subject, killAtEnd }, options.repeat);
    options.ended?.(result);
    return result;
  });
}

/** The first test that this one builds on and that did not hold, or that could not run for such a reason. */
async function unmet(test: ConformanceTest, done: Done): Promise<string | undefined> {
  for (const id of test.needs ?? []) {
    const needed = await done.get(id);
    if (needed === undefined) continue;
    if (FAILING.has(needed.verdict)) return `needs ${needed.id}`;
    if (needed.verdict === 'skip' && needed.reason?.startsWith('needs ')) return needed.reason;
  }
  return undefined;
}
