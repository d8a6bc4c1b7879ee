import chalk from 'chalk';
import { fileSize } from './file-size.js';
import { shortPath } from './short-path.js';

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

/** One line for each target, then what was left out, and a sentence that sums up. */
export function renderSummary(view: SummaryView, cwd: string): string[] {
  const rows = view.targets.map((one) => {
    const plan = view.plan.targets.find(({ target }) => target === one.target);
    const artefact = view.artefacts.find(({ target }) => target === one.target);
    const size = artefact === undefined ? '' : fileSize(artefact.size);
    const cells = [one.target, toolsOf(plan), size, `${(one.durationMs / 1000).toFixed(1)} s`];
    return { mark: markOf(one.outcome), cells, outcome: outcomeOf(one.outcome, artefact?.file, cwd) };
  });
  const width = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map(({ cells }) => (cells[column] ?? '').length)));
  const lines = rows.map(({ mark, cells: [target = '', tools = '', size = '', time = ''], outcome }) => {
    const [first = 0, second = 0, third = 0, fourth = 0] = width;
    const facts = `${tools.padEnd(second)}  ${size.padStart(third)}  ${time.padStart(fourth)}`;
    return `${mark} ${chalk.bold(target.padEnd(first))}  ${chalk.dim(facts)}  ${outcome}`;
  });
  return [...lines, ...renderSkipped(view.plan.skipped), sentence(view)];
}

/** Targets that were left out, why, and what would bring them: one remedy below all that it serves. */
export function renderSkipped(skipped: readonly SkippedView[]): string[] {
  const groups = new Map<string, SkippedView[]>();
  for (const one of skipped) {
    const remedy = one.kind === 'impossible' ? '' : (one.remedy ?? '');
    groups.set(remedy, [...(groups.get(remedy) ?? []), one]);
  }
  return [...groups].flatMap(([remedy, group]) => [
    ...group.map(skippedLine),
    ...(remedy === '' ? [] : [`  ${chalk.cyan('→')} ${remedy}`]),
  ]);
}

function skippedLine({ target, kind, reason }: SkippedView): string {
  return kind === 'promised' ? `${chalk.yellow('!')} ${target}: ${reason}` : chalk.dim(`- ${target}: ${reason}`);
}

function toolsOf(plan: PlanView | undefined): string {
  if (plan === undefined) return '';
  const { toolchain, slices = [] } = plan;
  const compiler = [toolchain, ...slices.map((one) => one.toolchain)].find((one) => one.compiler)?.compiler?.tool;
  const tools = [toolchain, ...(compiler === undefined ? [] : [compiler])];
  return tools.map(({ name, version }) => `${name} ${version}`).join(', ');
}

function markOf(outcome: keyof typeof OUTCOMES | 'built' | 'unchanged'): string {
  if (outcome === 'unchanged') return chalk.dim('-');
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
