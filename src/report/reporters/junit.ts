import type { TestReport, TestResult } from '../../model/event.js';
import { FAILING, type Reporter } from './reporter.js';

/** JUnit XML as CI systems read it: one testsuite for each suite of the run. */
export const junitReporter: Reporter = {
  end: (report) => {
    const suites = [...new Set(report.results.map((result) => result.suite))];
    const inner = suites.map((suite) => renderSuite(suite, report)).join('');
    const extra = report.reason === undefined ? '' : renderReason(report.reason);
    return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="cpex">\n${inner}${extra}</testsuites>\n`;
  },
};

function renderSuite(suite: string, report: TestReport): string {
  const results = report.results.filter((result) => result.suite === suite);
  const count = (wanted: (result: TestResult) => boolean) => results.filter(wanted).length;
  const failures = count(({ verdict }) => FAILING.has(verdict) && verdict !== 'harness-fault');
  const errors = count(({ verdict }) => verdict === 'harness-fault');
  const skips = count(({ verdict }) => verdict === 'skip');
  const time = results.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const head = `  <testsuite name="${xml(suite)}" tests="${results.length}" failures="${failures}" errors="${errors}" skipped="${skips}" time="${seconds(time)}">`;
  return `${head}\n${results.map(renderCase).join('')}  </testsuite>\n`;
}

function renderCase(result: TestResult): string {
  const file = result.file === undefined ? '' : ` file="${xml(result.file)}"`;
  const open = `    <testcase classname="${xml(result.suite)}" name="${xml(result.id)}"${file} time="${seconds(result.durationMs)}"`;
  if (result.verdict === 'skip')
    return `${open}>\n      <skipped message="${xml(result.reason ?? '')}"/>\n    </testcase>\n`;
  if (!FAILING.has(result.verdict)) return `${open}/>\n`;
  const element = result.verdict === 'harness-fault' ? 'error' : 'failure';
  const message = result.findings[0]?.message ?? result.reason ?? result.verdict;
  const text = result.findings
    .map((one) => [one.message, ...(one.evidence ?? []), one.remedy, one.clause].filter(Boolean).join('\n'))
    .join('\n\n');
  return `${open}>\n      <${element} type="${result.verdict}" message="${xml(message)}">${xml(text)}</${element}>\n    </testcase>\n`;
}

function renderReason(reason: string): string {
  return `  <testsuite name="run" tests="1" failures="1" errors="0" skipped="0" time="0.000">\n    <testcase classname="run" name="run" time="0.000">\n      <failure message="${xml(reason)}"/>\n    </testcase>\n  </testsuite>\n`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Escapes markup; characters that XML 1.0 forbids become U+FFFD. */
function xml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
