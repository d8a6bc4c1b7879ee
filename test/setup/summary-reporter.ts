import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, TestResult } from 'vitest/node';

/**
 * Writes to the file that `CPEX_TEST_SUMMARY` names: counts, the reason of every skipped test, the first
 * line of every failure, and the tests that passed only when they were tried again, with what they failed of.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const file = process.env.CPEX_TEST_SUMMARY;
    if (file === undefined) return;
    const skipped: { name: string; reason: string }[] = [];
    const failures: { name: string; message: string }[] = unhandled.map((error) => ({
      name: 'outside of any test',
      message: firstLine(error),
    }));
    const flaky: { name: string; message: string }[] = [];
    let passed = 0;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const error of module.errors()) failures.push({ name: module.moduleId, message: firstLine(error) });
      for (const test of tests) {
        const result = test.result();
        if (result.state === 'passed') passed++;
        if (test.diagnostic()?.flaky === true) {
          flaky.push({ name: test.fullName, message: reasonOfFailure(result.errors?.[0]) });
        }
        if (result.state === 'failed') failures.push({ name: test.fullName, message: firstLine(result.errors[0]) });
        if (result.state === 'skipped') skipped.push({ name: test.fullName, reason: reasonOf(test.fullName, result) });
      }
    }
    writeFileSync(file, JSON.stringify({ passed, failures, flaky, skipped }));
  }
}

/** A skipped test says why in its note, or in brackets in the name of the group. */
function reasonOf(name: string, result: TestResult): string {
  const note = result.state === 'skipped' ? result.note : undefined;
  return note ?? /\(([^()]+)\)/.exec(name)?.[1] ?? 'no reason given';
}

/** What failed, with the beginning of what was seen: nobody can look again at a test that passed afterwards. */
function reasonOfFailure(error: unknown): string {
  const actual = error instanceof Object && 'actual' in error ? String(error.actual).replace(/\s+/g, ' ') : '';
  return actual === '' ? firstLine(error) : `${firstLine(error)}: ${actual.slice(0, 500)}`;
}

function firstLine(error: unknown): string {
  const message = error instanceof Object && 'message' in error ? String(error.message) : String(error);
  return message.split('\n', 1)[0] ?? '';
}
