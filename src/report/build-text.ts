import chalk from 'chalk';
import type { AuditReport } from '../model/binary.js';
import type { Finding } from '../model/finding.js';
import { shellWord } from '../support/shell-word.js';
import { renderAudit, renderFinding } from './audit-text.js';
import { shortPath } from './short-path.js';

/** The parts of a build's result that people see. */
export interface BuildView {
  readonly plan: {
    readonly id: string;
    readonly root: string;
    readonly identity?: string;
    readonly targets: readonly TargetView[];
    readonly skipped: readonly { readonly target: string; readonly reason: string }[];
  };
  readonly artefacts: readonly { readonly target: string; readonly explanation: readonly string[] }[];
  readonly audits: readonly AuditReport[];
  readonly findings: readonly Finding[];
}

interface TargetView {
  readonly target: string;
  readonly mode: string;
  readonly toolchain: ToolView & { readonly helpers: readonly ToolView[] };
  readonly commands: readonly {
    readonly argv: readonly string[];
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
  }[];
  readonly folder: string;
  readonly output: string;
  readonly record: string;
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
}

/** The result of a build: what was placed and what its audit said, faults last seen first. */
export function renderBuild(result: BuildView, options: BuildTextOptions): string {
  const lines: string[] = [];
  for (const finding of result.findings) {
    const shown = options.verbose || finding.severity !== 'info';
    if (shown && finding.id.startsWith('project.')) lines.push(...renderFinding(finding));
  }
  for (const audit of result.audits) {
    const findings = audit.findings.filter((finding) => options.verbose || finding.severity !== 'info');
    lines.push(renderAudit({ ...audit, findings }, options.cwd));
  }
  for (const { target, reason } of result.plan.skipped) lines.push(chalk.dim(`- ${target}: ${reason}`));
  if (options.explain) lines.push(...renderExplanation(result));
  return lines.join('\n');
}

/** What `--dry-run` prints: the commands as a shell would take them, and what they are for. */
export function renderBuildPlan({ plan }: BuildView, cwd: string): string {
  const lines = [`${chalk.bold(plan.id)} in ${plan.root}`];
  for (const target of plan.targets) {
    const tools = [target.toolchain, ...target.toolchain.helpers];
    lines.push('', chalk.bold(`${target.target} (${target.mode})`));
    for (const tool of tools) lines.push(chalk.dim(`  ${tool.name} ${tool.version}  ${tool.path}`));
    if (plan.identity !== undefined) {
      lines.push(`  write   ${shortPath(plan.identity, cwd)} ${chalk.dim('if cpex.yaml says something new')}`);
    }
    for (const command of target.commands) {
      const variables = Object.entries(command.env).map(([name, value]) => `${name}=${shellWord(value)}`);
      lines.push(`  run     ${[...variables, ...command.argv.map(shellWord)].join(' ')}`);
    }
    lines.push(`  audit   ${chalk.dim('what came out')}`);
    lines.push(`  place   ${shortPath(target.output, cwd)}`, `  write   ${shortPath(target.record, cwd)}`);
  }
  for (const { target, reason } of plan.skipped) lines.push(chalk.dim(`- ${target}: ${reason}`));
  return lines.join('\n');
}

function renderExplanation({ artefacts }: BuildView): string[] {
  return artefacts.flatMap(({ target, explanation }) => [
    chalk.bold(target),
    ...explanation.map((line) => `  ${chalk.dim(line)}`),
  ]);
}
