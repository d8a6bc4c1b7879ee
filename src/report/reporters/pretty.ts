import path from 'node:path';
import chalk from 'chalk';
import type { TestReport, TestResult } from '../../model/event.js';
import type { Finding } from '../../model/finding.js';
import { printable } from '../../support/printable.js';
import { levelName } from '../level-names.js';
import { wrap } from '../wrap.js';
import { FAILING, NOT_SELECTED, type Reporter } from './reporter.js';

/** For people: a line for what passed, all that is to be said of the rest, then one line that says it all. */
export const prettyReporter: Reporter = { end: (report) => render(report, false) };

/** As {@link prettyReporter}, with a line for each test that passed and all that a run leaves open. */
export const verboseReporter: Reporter = { end: (report) => render(report, true) };

function render(report: TestReport, verbose: boolean): string {
  // Who asked for some tests knows that the others were not wanted.
  const wanted = report.results.filter((result) => result.reason !== NOT_SELECTED);
  const suites = [...new Set(wanted.map((result) => result.suite))];
  const parts = suites.map((suite) => {
    const lines = renderSuite(
      wanted.filter((result) => result.suite === suite),
      verbose,
    );
    return `${[chalk.bold(suite), ...lines].join('\n')}\n\n`;
  });
  const open = verbose ? [...openQuestions(report.cannotClaim ?? []), ''] : [];
  return [parts.join(''), ...open.map((line) => `${line}\n`), `${summaryLine(report)}\n`].join('');
}

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

/** Ids of skipped tests that are named; of more only the number is told. */
const NAMED = 6;

function renderSuite(results: readonly TestResult[], verbose: boolean): string[] {
  const told = new Set<string>();
  const ran = results.filter(({ verdict }) => verdict !== 'skip');
  const levels = [...new Set(ran.map(({ level }) => level))].sort((one = 0, other = 0) => one - other);
  const lines = levels.flatMap((level) => {
    const some = ran.filter((result) => result.level === level);
    return verbose || results.length === 1 ? some.flatMap((one) => renderResult(one, told)) : folded(level, some, told);
  });
  for (const [reason, ids] of groupByReason(results.filter(({ verdict }) => verdict === 'skip'))) {
    // Which tests are above a level is no news.
    const all = verbose || ids.length <= NAMED;
    const names = all
      ? `: ${ids.join(', ')}`
      : reason.startsWith('above ')
        ? ''
        : `: ${ids.slice(0, NAMED).join(', ')}, …`;
    const text = printable(`${ids.length} skipped, ${reason}${names}`);
    lines.push(...wrap(text, 76).map((line, at) => chalk.dim(`${at === 0 ? '  - ' : '    '}${line}`)));
  }
  return lines;
}

/** One line for the tests of a level that passed, then all others. */
function folded(level: number | undefined, results: readonly TestResult[], told: Set<string>): string[] {
  const passed = results.filter(({ verdict }) => verdict === 'pass');
  const others = results.filter(({ verdict }) => verdict !== 'pass').flatMap((result) => renderResult(result, told));
  if (passed.length === 0) return others;
  const name = level === undefined ? '' : `level ${level}  ${levelName(level, passed).padEnd(23)} `;
  const count = `${passed.length} ${passed.length === 1 ? 'test' : 'tests'}`;
  const twice = bothCodecs(passed);
  return [`  ${MARKS.pass} ${name}${level === undefined ? `${count} passed${twice}` : chalk.dim(count)}`, ...others];
}

/** How many cases have shown the same over both codecs. */
function bothCodecs(results: readonly TestResult[]): string {
  const count = results.filter(({ codecs = [] }) => codecs.length > 1).length;
  if (count === 0) return '';
  return `${count === results.length ? '' : `, ${count} of them`} over both JSON and MessagePack`;
}

function renderResult(result: TestResult, told: Set<string>): string[] {
  const title = printable(result.title);
  const name = result.suite === 'conformance' ? `${result.id.padEnd(16)} ${chalk.dim(title)}` : title;
  const word = FAILING.has(result.verdict) && result.verdict !== 'fail' ? chalk.red(` (${result.verdict})`) : '';
  return [
    `  ${MARKS[result.verdict]} ${name}${word}`,
    ...result.findings.flatMap((finding, at) => {
      // One command shows all findings of a test again; it stands below the last of them.
      const { again, ...rest } = finding;
      return renderFinding(again !== undefined && again === result.findings[at + 1]?.again ? rest : finding, told);
    }),
  ];
}

/**
 * A finding as lines for people. One crash shows in several tests, and its evidence is told once: `told` holds what was
 * shown before.
 */
export function renderFinding(finding: Finding, told: Set<string>): string[] {
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

function openQuestions(claims: readonly string[]): string[] {
  if (claims.length === 0) return [];
  return [
    chalk.bold('What no test from outside can show'),
    ...claims.flatMap((claim) => wrap(claim, 76).map((line, at) => chalk.dim(`${at === 0 ? '  - ' : '    '}${line}`))),
  ];
}

function summaryLine(report: TestReport): string {
  const { summary, ok, reason, notRun = [], ranUnder = [], durationMs, profile, level, seed } = report;
  const { passed, failed, warned, skipped } = summary;
  const parts = [chalk.green(`${passed} passed`)];
  if (warned > 0) parts.push(chalk.yellow(`${warned} with warnings`));
  if (failed > 0) parts.push(chalk.red(`${failed} failed`));
  if (skipped > 0) parts.push(chalk.dim(`${skipped} skipped`));
  for (const { target } of notRun) parts.push(chalk.yellow(`${target} built, not run`));
  const under = ranUnder.map(({ target, program }) => `${target} under ${program} · `).join('');
  const seconds = (durationMs / 1000).toFixed(1);
  const facts = chalk.dim(`host ${profile} · level ${level} · seed ${seed} · ${under}${seconds} s`);
  const line = `${ok ? chalk.green('✓') : chalk.red('✗')} ${parts.join(', ')}  ${facts}`;
  return reason === undefined ? line : `${line}\n  ${chalk.red(reason)}`;
}
