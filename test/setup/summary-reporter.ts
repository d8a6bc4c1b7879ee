import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, TestResult } from 'vitest/node';

/** Writes counts and the reason of every skipped test to the file that `CPEX_TEST_SUMMARY` names. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const file = process.env.CPEX_TEST_SUMMARY;
    if (file === undefined) return;
    const skipped: { name: string; reason: string }[] = [];
    let passed = 0;
    let failed = unhandled.length;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      if (module.state() === 'failed' && tests.length === 0) failed++;
      for (const test of tests) {
        const result = test.result();
        if (result.state === 'passed') passed++;
        else if (result.state === 'failed') failed++;
        else skipped.push({ name: test.fullName, reason: reasonOf(test.fullName, result) });
      }
    }
    writeFileSync(file, JSON.stringify({ passed, failed, skipped }));
  }
}

/** A skipped test says why in its note, or in brackets in the name of the group. */
function reasonOf(name: string, result: TestResult): string {
  const note = result.state === 'skipped' ? result.note : undefined;
  return note ?? /\(([^()]+)\)/.exec(name)?.[1] ?? 'no reason given';
}
