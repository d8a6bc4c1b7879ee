import type { TestReport, TestResult, TestSummary } from '../model/event.js';
import { FAILING } from '../report/reporters/reporter.js';
import type { TestTarget } from './test-target.js';

/** How many results there are of each kind. */
export function summarise(results: readonly TestResult[]): TestSummary {
  const count = (wanted: (result: TestResult) => boolean) => results.filter(wanted).length;
  return {
    passed: count(({ verdict }) => verdict === 'pass' || verdict === 'warn'),
    failed: count(({ verdict }) => FAILING.has(verdict)),
    warned: count(({ verdict }) => verdict === 'warn'),
    skipped: count(({ verdict }) => verdict === 'skip'),
  };
}

/** What results come to: a failure breaks a run, and so does one in which nothing ran. */
export function reportOf(
  results: readonly TestResult[],
  about: Pick<
    TestReport,
    'artefacts' | 'profile' | 'level' | 'seed' | 'notRun' | 'ranUnder' | 'cannotClaim' | 'durationMs'
  >,
): TestReport {
  const summary = summarise(results);
  const ran = summary.passed + summary.failed;
  const reason = ran > 0 ? undefined : results.length === 0 ? 'no tests were found' : 'every test was skipped';
  return {
    ...about,
    results,
    summary,
    ok: summary.failed === 0 && reason === undefined,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The artefacts of a run that nothing here can run. */
export function untried(targets: readonly TestTarget[]): Pick<TestReport, 'notRun'> {
  const notRun = targets.flatMap(({ subject: { artefact, target, notRun: reason } }) =>
    reason === undefined ? [] : [{ artefact, target: target.name, reason }],
  );
  return notRun.length === 0 ? {} : { notRun };
}

/** The artefacts of a run that qemu, wine and their like ran. */
export function emulated(targets: readonly TestTarget[]): Pick<TestReport, 'ranUnder'> {
  const ranUnder = targets.flatMap(({ subject: { artefact, target, engine } }) =>
    engine.under === undefined ? [] : [{ artefact, target: target.name, program: engine.under }],
  );
  return ranUnder.length === 0 ? {} : { ranUnder };
}
