import chalk from 'chalk';
import type { AuditReport } from '../model/binary.js';
import type { Finding } from '../model/finding.js';
import type { CpexError } from '../support/errors.js';
import { printable } from '../support/printable.js';
import { shellWord } from '../support/shell-word.js';
import { renderAudit, renderFinding } from './audit-text.js';
import { renderSkipped, renderSummary, type SkippedView, type SummaryView } from './build-summary.js';
import { renderError } from './error-text.js';
import { shortPath } from './short-path.js';

/** The parts of a build's result that people see. */
export interface BuildView {
  readonly plan: {
    readonly id: string;
    readonly root: string;
    readonly identity?: string;
    readonly targets: readonly TargetView[];
    readonly skipped: readonly SkippedView[];
  };
  readonly targets: SummaryView['targets'];
  readonly artefacts: readonly (SummaryView['artefacts'][number] & { readonly explanation: readonly string[] })[];
  readonly failures: readonly { readonly target: string; readonly error: CpexError }[];
  readonly audits: readonly AuditReport[];
  readonly findings: readonly Finding[];
}

interface TargetView {
  readonly target: string;
  readonly mode: string;
  readonly toolchain: ToolView & {
    readonly helpers: readonly ToolView[];
    readonly compiler?: { readonly tool: ToolView; readonly why: string };
  };
  readonly commands: readonly {
    readonly argv: readonly string[];
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
  }[];
  readonly folder: string;
  readonly output: string;
  readonly record: string;
  readonly slices?: readonly TargetView[];
}

interface ToolView {
  readonly name: string;
  readonly version: string;
  readonly path: string;
}

export interface BuildTextOptions {
  /** Paths are shown relative to this folder. */
  readonly cwd: string;
  /** Also why the tool was or was not started. */
  readonly explain: boolean;
  /** Also findings that are only good to know. */
  readonly verbose: boolean;
  /** Columns of the terminal; lines are as long as they are when absent. */
  readonly width?: number | undefined;
}

/** The result of a build: what was placed and what its audits said; of several targets, a table. */
export function renderBuild(result: BuildView, options: BuildTextOptions): string {
  const lines: string[] = [];
  for (const finding of result.findings) {
    const shown = options.verbose || finding.severity !== 'info';
    if (shown && finding.id.startsWith('project.')) lines.push(...renderFinding(finding));
  }
  const several = result.targets.length + result.plan.skipped.length > 1;
  for (const audit of result.audits) {
    const findings = audit.findings.filter((finding) => options.verbose || finding.severity !== 'info');
    // The table names every library.
    if (!several || findings.length > 0) lines.push(renderAudit({ ...audit, findings }, options.cwd));
  }
  if (several) lines.push(...renderSummary(result, options.cwd, options.width));
  if (options.explain) lines.push(...renderExplanation(result));
  return lines.join('\n');
}

/** Lines of a tool to show where the first target that failed has all of them. */
const LATER_LINES = 16;

/**
 * What failed of several targets, each with its tool's words, for stderr; empty when nothing did. One mistake in
 * the sources fails for all targets: its words are shown once, and of the others only what they begin with.
 */
export function renderFailures({ failures }: Pick<BuildView, 'failures'>): string {
  const shown = new Map<string, string>();
  return failures.map((failure) => renderFailure(failure, shown)).join('');
}

function renderFailure({ target, error }: BuildView['failures'][number], shown: Map<string, string>): string {
  const complaint = firstComplaint(error.output);
  const key = complaint.join('\n').replaceAll(target, '');
  const same = shown.get(key);
  if (complaint.length > 0 && same === undefined) shown.set(key, target);
  if (same === undefined) {
    const later = shown.size > 1 && error.output.length > LATER_LINES;
    const part = [...error.output.slice(0, LATER_LINES), `… cpex build --target ${target} shows the rest`];
    return `${chalk.bold(target)}\n${renderError(error, later ? part : error.output)}\n`;
  }
  const words = complaint.map((line) => `  ${chalk.dim('│')} ${printable(line)}`);
  return [chalk.bold(target), `${chalk.red('✗')} ${error.message} As for ${same}:`, ...words, ''].join('\n');
}

/** The line that says what is wrong, with the place where the next line holds it; all where no line is like that. */
function firstComplaint(output: readonly string[]): readonly string[] {
  const at = output.findIndex((line) => /\berror(?:\[\w+\])?: /.test(line));
  if (at === -1) return output;
  return output.slice(at, /^\s*--> /.test(output[at + 1] ?? '') ? at + 2 : at + 1);
}

/** What `--dry-run` prints: the commands as a shell would take them, and what they are for. */
export function renderBuildPlan({ plan }: BuildView, cwd: string): string {
  const lines = [`${chalk.bold(plan.id)} in ${plan.root}`];
  for (const target of plan.targets) {
    lines.push('', chalk.bold(`${target.target} (${target.mode})`));
    for (const part of target.slices ?? [target]) lines.push(...toolLines(part));
    if (plan.identity !== undefined) {
      lines.push(`  write   ${shortPath(plan.identity, cwd)} ${chalk.dim('if cpex.yaml says something new')}`);
    }
    for (const command of (target.slices ?? [target]).flatMap((part) => part.commands)) {
      const variables = Object.entries(command.env).map(([name, value]) => `${name}=${shellWord(value)}`);
      lines.push(`  run     ${[...variables, ...command.argv.map(shellWord)].join(' ')}`);
    }
    if (target.slices !== undefined) lines.push(`  join    ${target.slices.map((part) => part.target).join(', ')}`);
    lines.push(`  audit   ${chalk.dim('what came out')}`);
    lines.push(`  place   ${shortPath(target.output, cwd)}`, `  write   ${shortPath(target.record, cwd)}`);
  }
  if (plan.skipped.length > 0) lines.push('', ...renderSkipped(plan.skipped));
  return lines.join('\n');
}

function toolLines({ toolchain }: TargetView): string[] {
  const { helpers, compiler } = toolchain;
  const others = helpers.filter((tool) => tool.path !== compiler?.tool.path);
  const lines = [toolchain, ...others].map((tool) => chalk.dim(`  ${tool.name} ${tool.version}  ${tool.path}`));
  if (compiler === undefined) return lines;
  const { tool, why } = compiler;
  return [...lines, chalk.dim(`  ${tool.name} ${tool.version}  ${tool.path}: ${why}`)];
}

function renderExplanation({ artefacts }: BuildView): string[] {
  return artefacts.flatMap(({ target, explanation }) => [
    chalk.bold(target),
    ...explanation.map((line) => `  ${chalk.dim(line)}`),
  ]);
}
