import chalk from 'chalk';
import type { TestReport, TestResult } from '../../model/event.js';
import { printable } from '../../support/printable.js';
import { FAILING, type Reporter } from './reporter.js';

/** For people: a line for each id with a plugin that it fires on, the good plugins, and what was left out. */
export const selfTestReporter: Reporter = {
  end: (report) => {
    const suites = [...new Set(report.results.map(({ suite }) => suite))];
    const parts = suites.flatMap((suite) => [
      chalk.bold(suite),
      ...rows(report.results.filter((result) => result.suite === suite)),
      '',
    ]);
    return `${parts.map((line) => `${line}\n`).join('')}${summaryLine(report)}\n`;
  },
};

const ID_WIDTH = 18;

function rows(results: readonly TestResult[]): string[] {
  return grouped(results, ({ id }) => id).flatMap(([id, some]) => {
    const [first, ...others] = some.filter(({ verdict }) => verdict === 'pass');
    const lines = first === undefined ? [] : [row(chalk.green('✓'), id, first.title, others.length)];
    for (const result of some) if (FAILING.has(result.verdict)) lines.push(...failure(result));
    const skips = some.filter(({ verdict }) => verdict === 'skip');
    if (lines.length > 0 || skips[0] === undefined) return lines;
    return [row(chalk.dim('-'), id, `${skips[0].title} (${skips[0].reason})`, skips.length - 1)];
  });
}

function row(mark: string, id: string, title: string, others: number): string {
  const name = id.startsWith('good:') ? '' : `${id.padEnd(ID_WIDTH)} `;
  const more = others === 0 ? '' : chalk.dim(`  and ${others} more`);
  return `  ${mark} ${name}${printable(title)}${more}`;
}

function failure(result: TestResult): string[] {
  return [
    row(chalk.red('✗'), result.id, result.title, 0),
    ...result.findings.flatMap(({ message, evidence = [], again }) => [
      `      ${printable(message)}`,
      ...evidence.flatMap((text) => text.split('\n')).map((line) => chalk.dim(`      │ ${printable(line)}`)),
      ...(again === undefined ? [] : [chalk.dim(`      ${again}`)]),
    ]),
  ];
}

function summaryLine({ results, ok, seed, durationMs }: TestReport): string {
  const good = results.filter(({ id }) => id.startsWith('good:'));
  const ids = grouped(
    results.filter(({ id }) => !id.startsWith('good:')),
    ({ id }) => id,
  );
  const of = (some: readonly TestResult[], verdict: string) => some.some((result) => result.verdict === verdict);
  const broken = ids.filter(([, some]) => some.some(({ verdict }) => FAILING.has(verdict)));
  const shown = ids.filter(([, some]) => of(some, 'pass') && !some.some(({ verdict }) => FAILING.has(verdict)));
  const skipped = ids.filter((one) => !broken.includes(one) && !shown.includes(one));
  const silent = good.filter(({ verdict }) => verdict === 'pass').length;
  const loud = good.filter(({ verdict }) => FAILING.has(verdict)).length;
  const words = [
    `${shown.length} ids shown to fire`,
    ...(broken.length === 0 ? [] : [chalk.red(`${broken.length} not`)]),
    `${silent} good plugins silent`,
    ...(loud === 0 ? [] : [chalk.red(`${loud} not`)]),
  ];
  const left = [
    ...skipped,
    ...grouped(
      good.filter(({ verdict }) => verdict === 'skip'),
      ({ id }) => id,
    ),
  ];
  const reasons = grouped(
    left.flatMap(([, some]) => some.slice(0, 1)),
    ({ reason = '' }) => reason,
  ).map(([reason, some]) => `${some.map(({ id }) => id.replace(/^good:/, '')).join(', ')} (${reason})`);
  const facts = chalk.dim(`seed ${seed} · ${(durationMs / 1000).toFixed(1)} s`);
  const skips = reasons.length === 0 ? '' : `, ${left.length} skipped: ${printable(reasons.join('; '))}`;
  return `${ok ? chalk.green('✓') : chalk.red('✗')} ${words.join(', ')}${skips}  ${facts}`;
}

function grouped<T>(items: readonly T[], key: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups];
}
