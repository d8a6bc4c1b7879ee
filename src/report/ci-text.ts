import chalk from 'chalk';
import { shortPath } from './short-path.js';

/** The parts of what `cpex ci` did that people see. */
export interface CiView {
  readonly file: string;
  readonly action: 'create' | 'update' | 'keep' | 'replace';
  readonly targets: readonly string[];
  readonly cross: boolean;
  readonly regions: readonly { readonly name: string; readonly state: string }[];
  readonly diff: readonly string[];
  readonly saved?: string;
  readonly check: boolean;
  readonly dryRun: boolean;
}

const DONE: Readonly<Record<CiView['action'], string>> = {
  create: 'Wrote',
  update: 'Updated',
  replace: 'Replaced',
  keep: 'Nothing to change in',
};

/** What was done to the workflow, or would be; with `check` and `dryRun` also line by line. */
export function renderCi(outcome: CiView, cwd: string): string {
  const file = shortPath(outcome.file, cwd);
  const jobs = outcome.cross ? 'built on one Linux machine' : 'each on a machine of its own kind where there is one';
  const lines = outcome.check
    ? [checked(outcome, file)]
    : [`${outcome.dryRun ? would(outcome) : DONE[outcome.action]} ${file}`];
  if (outcome.action !== 'keep') {
    if (outcome.check || outcome.dryRun) lines.push(...outcome.diff.map(coloured));
    else lines.push(chalk.dim(`  ${outcome.targets.join(', ')}: ${jobs}`));
  }
  if (outcome.saved !== undefined) lines.push(chalk.dim(`  the old text is in ${shortPath(outcome.saved, cwd)}`));
  return lines.join('\n');
}

function checked({ action, regions }: CiView, file: string): string {
  if (action === 'keep') return `${chalk.green('✓')} ${file} is up to date`;
  if (action === 'create') return `${chalk.red('✗')} ${file} is not there`;
  const states = regions.map(({ name, state }) => `${name} ${state}`).join(', ');
  return `${chalk.red('✗')} ${file} is not up to date${states === '' ? '' : `: ${states}`}`;
}

function would({ action }: CiView): string {
  return action === 'keep' ? DONE.keep : `Would ${action}`;
}

function coloured(line: string): string {
  if (line.startsWith('+')) return chalk.green(line);
  return line.startsWith('-') ? chalk.red(line) : chalk.dim(line);
}
