import { stripVTControlCharacters } from 'node:util';
import chalk from 'chalk';
import { fileSize } from './file-size.js';
import { shortPath } from './short-path.js';
import { wrap } from './wrap.js';

/** The parts of a build of several targets that its table shows. */
export interface SummaryView {
  readonly plan: {
    readonly targets: readonly PlanView[];
    readonly skipped: readonly SkippedView[];
  };
  readonly targets: readonly {
    readonly target: string;
    readonly outcome: 'built' | 'unchanged' | 'refused' | 'failed';
    readonly durationMs: number;
  }[];
  readonly artefacts: readonly { readonly target: string; readonly file: string; readonly size: number }[];
}

interface PlanView {
  readonly target: string;
  readonly toolchain: NamedTool & { readonly compiler?: { readonly tool: NamedTool } };
  readonly slices?: readonly PlanView[];
}

export interface SkippedView {
  readonly target: string;
  readonly kind: 'impossible' | 'lacking' | 'promised';
  readonly reason: string;
  readonly remedy?: string;
}

interface NamedTool {
  readonly name: string;
  readonly version: string;
}

const OUTCOMES = { refused: 'not placed: its audit failed', failed: 'failed' } as const;

/**
 * One line for each target, then what was left out, and a sentence that sums up. Where a width is known, on a
 * terminal, columns give way until the lines fit: the place of a library is what people look for.
 */
export function renderSummary(view: SummaryView, cwd: string, width?: number): string[] {
  const rows = view.targets.map((one) => {
    const plan = view.plan.targets.find(({ target }) => target === one.target);
    const artefact = view.artefacts.find(({ target }) => target === one.target);
    const size = artefact === undefined ? '' : fileSize(artefact.size);
    const facts = { tools: toolsOf(plan), size, time: `${(one.durationMs / 1000).toFixed(1)} s` };
    return { mark: markOf(one.outcome), ...one, facts, end: outcomeOf(one.outcome, artefact?.file, cwd) };
  });
  const tables = [['tools', 'size', 'time'] as const, ['size', 'time'] as const, ['size'] as const, [] as const].map(
    (columns) => {
      const name = Math.max(0, ...rows.map(({ target }) => target.length));
      const widths = columns.map((column) => Math.max(0, ...rows.map(({ facts }) => facts[column].length)));
      return rows.map(({ mark, target, facts, end }) => {
        const cells = columns.map((column, at) => aligned(column, facts[column], widths[at] ?? 0));
        return [`${mark} ${chalk.bold(target.padEnd(name))}`, ...cells.map((cell) => chalk.dim(cell)), end].join('  ');
      });
    },
  );
  const fits = (lines: readonly string[]) =>
    width === undefined || lines.every((line) => stripVTControlCharacters(line).length <= width);
  const lines = tables.find(fits) ?? tables.at(-1) ?? [];
  return [...lines, ...renderSkipped(view.plan.skipped, width), sentence(view)];
}

function aligned(column: string, text: string, width: number): string {
  return column === 'tools' ? text.padEnd(width) : text.padStart(width);
}

/** Targets that were left out, why, and what would bring them: a reason and a remedy once for all that they are for. */
export function renderSkipped(skipped: readonly SkippedView[], width?: number): string[] {
  const groups = grouped(skipped, (one) => (one.kind === 'impossible' ? '' : (one.remedy ?? '')));
  return groups.flatMap(([remedy, group]) => [
    ...grouped(group, ({ kind, reason }) => `${kind} ${reason}`).flatMap(([, same]) => skippedLines(same, width)),
    ...(remedy === '' ? [] : [`  ${chalk.cyan('→')} ${remedy}`]),
  ]);
}

/** Parts a list by what a function says of its members, in the order of first mention. */
function grouped<T>(list: readonly T[], by: (one: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(by(one), [...(groups.get(by(one)) ?? []), one]);
  return [...groups];
}

function skippedLines(same: readonly SkippedView[], width: number | undefined): string[] {
  const [first] = same;
  if (first === undefined) return [];
  const text = `${same.map(({ target }) => target).join(', ')}: ${first.reason}`;
  const [start = '', ...rest] = width === undefined ? [text] : wrap(text, width - 2);
  const promised = first.kind === 'promised';
  const lines = [promised ? `${chalk.yellow('!')} ${start}` : `- ${start}`, ...rest.map((line) => `  ${line}`)];
  return promised ? lines : lines.map((line) => chalk.dim(line));
}

function toolsOf(plan: PlanView | undefined): string {
  if (plan === undefined) return '';
  const { toolchain, slices = [] } = plan;
  const compiler = [toolchain, ...slices.map((one) => one.toolchain)].find((one) => one.compiler)?.compiler?.tool;
  const tools = [toolchain, ...(compiler === undefined ? [] : [compiler])];
  return tools.map(({ name, version }) => `${name} ${version}`).join(', ');
}

function markOf(outcome: keyof typeof OUTCOMES | 'built' | 'unchanged'): string {
  // "-" marks what was left out; what is unchanged is there.
  if (outcome === 'unchanged') return chalk.dim('✓');
  return outcome === 'built' ? chalk.green('✓') : chalk.red('✗');
}

function outcomeOf(outcome: keyof typeof OUTCOMES | 'built' | 'unchanged', file: string | undefined, cwd: string) {
  if (outcome === 'refused' || outcome === 'failed') return chalk.red(OUTCOMES[outcome]);
  const place = file === undefined ? '' : shortPath(file, cwd);
  return outcome === 'unchanged' ? `${place} ${chalk.dim('unchanged')}` : place;
}

function sentence({ targets, plan: { skipped } }: SummaryView): string {
  const good = targets.filter(({ outcome }) => outcome === 'built' || outcome === 'unchanged').length;
  const lacking = skipped.filter(({ kind }) => kind !== 'impossible').length;
  const impossible = skipped.length - lacking;
  const parts = [`${good} of ${targets.length + lacking} targets ${good === 1 ? 'is' : 'are'} built`];
  const failed = targets.length - good;
  if (failed > 0) parts.push(chalk.red(`${failed} failed`));
  if (lacking > 0) parts.push(chalk.yellow(`${lacking} ${lacking === 1 ? 'lacks' : 'lack'} tools`));
  if (impossible > 0) parts.push(`${impossible} impossible`);
  return `${parts.join(', ')}.`;
}
