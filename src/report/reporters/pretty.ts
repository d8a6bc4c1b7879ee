import path from 'node:path';
import chalk from 'chalk';
import type { TestReport, TestResult } from '../../model/event.js';
import type { Finding } from '../../model/finding.js';
import { printable } from '../../support/printable.js';
import { wrap } from '../wrap.js';
import { FAILING, NOT_SELECTED, type Reporter } from './reporter.js';

/** For people: what failed and why, then one line that says it all. */
export const prettyReporter: Reporter = {
  end: (report) => {
    // Who asked for some tests knows that the others were not wanted.
    const wanted = report.results.filter((result) => result.reason !== NOT_SELECTED);
    const suites = [...new Set(wanted.map((result) => result.suite))];
    const parts = suites.map((suite) => renderSuite(suite, report));
    return `${parts.map((part) => `${part}\n`).join('')}${summaryLine(report)}\n`;
  },
};

const MARKS: Record<TestResult['verdict'], string> = {
  pass: chalk.green('✓'),
  warn: chalk.yellow('!'),
  skip: chalk.dim('-'),
  fail: chalk.red('✗'),
  crash: chalk.red('✗'),
  hang: chalk.red('✗'),
  'harness-fault': chalk.magenta('?'),
  flaky: chalk.red('~'),
};

function renderSuite(suite: string, report: TestReport): string {
  const results = report.results.filter((result) => result.suite === suite && result.reason !== NOT_SELECTED);
  const lines = [chalk.bold(suite)];
  const quiet = results.filter((result) => result.verdict === 'skip');
  const told = new Set<string>();
  for (const result of results) if (result.verdict !== 'skip') lines.push(...renderResult(result, told));
  for (const [reason, ids] of groupByReason(quiet)) {
    const text = `${ids.length} skipped, ${printable(reason)}: ${printable(ids.join(', '))}`;
    lines.push(...wrap(text, 76).map((line, at) => chalk.dim(`${at === 0 ? '  - ' : '    '}${line}`)));
  }
  return `${lines.join('\n')}\n`;
}

function renderResult(result: TestResult, told: Set<string>): string[] {
  const title = printable(result.title);
  const name = result.suite === 'conformance' ? `${result.id.padEnd(16)} ${chalk.dim(title)}` : title;
  const word = FAILING.has(result.verdict) && result.verdict !== 'fail' ? chalk.red(` (${result.verdict})`) : '';
  return [
    `  ${MARKS[result.verdict]} ${name}${word}`,
    ...result.findings.flatMap((finding) => renderFinding(finding, told)),
  ];
}

/** One crash shows in several tests; its evidence is told once. */
function renderFinding(finding: Finding, told: Set<string>): string[] {
  const lines = [`      ${printable(finding.message)}`];
  const same = JSON.stringify([finding.message, finding.evidence, finding.remedy]);
  if (told.has(same)) return [`${lines[0]} ${chalk.dim('(as above)')}`];
  told.add(same);
  for (const line of finding.evidence ?? []) lines.push(chalk.dim(`      │ ${printable(line.replaceAll('\t', '  '))}`));
  if (finding.remedy !== undefined) lines.push(`      ${chalk.cyan('→')} ${finding.remedy}`);
  const where = [finding.clause, finding.file === undefined ? undefined : path.basename(finding.file), finding.again];
  const facts = where.filter((fact) => fact !== undefined).join(' · ');
  if (facts !== '') lines.push(chalk.dim(`      ${facts}`));
  return lines;
}

function groupByReason(results: readonly TestResult[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { reason = 'no reason given', id } of results) groups.set(reason, [...(groups.get(reason) ?? []), id]);
  return groups;
}

function summaryLine(report: TestReport): string {
  const { summary, ok, reason, notRun = [], ranUnder = [], durationMs, profile } = report;
  const { passed, failed, warned, skipped } = summary;
  const parts = [chalk.green(`${passed} passed`)];
  if (warned > 0) parts.push(chalk.yellow(`${warned} with warnings`));
  if (failed > 0) parts.push(chalk.red(`${failed} failed`));
  if (skipped > 0) parts.push(chalk.dim(`${skipped} skipped`));
  for (const { target } of notRun) parts.push(chalk.yellow(`${target} built, not run`));
  const under = ranUnder.map(({ target, program }) => `${target} under ${program} · `).join('');
  const facts = chalk.dim(`host ${profile} · ${under}${(durationMs / 1000).toFixed(1)} s`);
  const line = `${ok ? chalk.green('✓') : chalk.red('✗')} ${parts.join(', ')}  ${facts}`;
  return reason === undefined ? line : `${line}\n  ${chalk.red(reason)}`;
}
